"""An Idempotency-Key holds in all processes of main_api."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.system.client import Answer, Client

CALL_COUNT = 12


def test_calls_at_once_under_one_key_make_one_draft_whichever_process_answers(observer: Client) -> None:
    key, designation = f'"{uuid.uuid4()}"', f"once {uuid.uuid4()}"

    def create(_: int) -> Answer:
        return observer.post("/api/requests", {"designation": designation}, Idempotency_Key=key)

    with ThreadPoolExecutor(CALL_COUNT) as pool:
        answers = list(pool.map(create, range(CALL_COUNT)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert {answer.body["reason"] for answer in answers if answer.status == 409} <= {"IDEMPOTENCY_KEY_RUNNING"}
    made = [answer for answer in answers if answer.status == 201]
    assert len({answer.body["id"] for answer in made}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in made].count(None) == 1
    again = create(0)
    assert (again.status, again.headers["idempotency-replayed"], again.body) == (201, "true", made[0].body)
    assert observer.get(f"/api/requests?search={designation.replace(' ', '%20')}").body["count"] == 1
