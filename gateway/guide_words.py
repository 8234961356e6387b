"""The words of /docs, English and Russian. What the protos say of themselves stays English, as they are."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language. Text may hold `<code>` and links; nothing in it comes from outside."""

    language: str
    other_language: str
    other_name: str
    title: str
    lead: str
    begin: str
    begin_text: str
    rest: str
    rest_text: str
    browser: str
    schema: str
    rpcs: str
    rpcs_text: str
    grpc_only: str
    kinds: dict[str, str]
    moderators: str
    live: str
    live_text: str
    clients: str
    clients_text: str
    no_clients: str
    reasons: str
    reasons_text: str
    limits: str
    limits_text: str
    health: str
    healthz: str
    readyz: str
    metrics: str
    contracts: str


ENGLISH = Words(
    language="en",
    other_language="ru",
    other_name="Русский",
    title="AstroDist for programs",
    lead="Everything the web interface does can be done by a program. This page leads to all of it.",
    begin="Begin",
    begin_text="Get a token, then send it with every call. Without it most calls answer 401.",
    rest="Requests, stations, catalogue: REST on /api",
    rest_text=(
        "JSON in snake_case; lists answer <code>{count, next, previous, results}</code>; errors are problem+json "
        "(RFC 9457) with a <code>reason</code> to branch on. Every answer carries <code>X-Request-Id</code>, yours "
        "where you sent one, and <code>Server-Timing</code>. <code>X-Request-Timeout-S: 2.5</code> says how long you "
        "wait, in seconds: then comes 504, and no room waits for another any longer."
    ),
    browser="Browse and try every call",
    schema="OpenAPI document",
    rpcs="Calculations: JSON on /v1, or gRPC",
    rpcs_text=(
        "Each rpc of <code>astrodist.calc.v1.CalculationService</code> with its HTTP rule. Request and answer are the "
        "rpc's messages as JSON; unknown fields, wrong types and unknown words answer 400 with the path of each."
    ),
    grpc_only="gRPC only",
    kinds={"JSON": "JSON", "STREAM": "server-sent events; WebSocket on upgrade", "TEXT": "text"},
    moderators="moderators only",
    live="Watching",
    live_text=(
        "A <code>:watch</code> address streams snapshots: with GET as unnamed server-sent events whose <code>id</code> "
        "is the revision, on upgrade as WebSocket messages. Whoever comes back, with <code>Last-Event-ID</code> or "
        "without, gets the present snapshot first. A failure is an event named <code>problem</code>."
    ),
    clients="Clients",
    clients_text="Ready to use: gRPC recipes, a collection of every call, a typed Python package.",
    no_clients="This installation came without the folder <code>clients/</code>.",
    reasons="Reasons of errors",
    reasons_text="Words that are never renamed; branch on them, never on text.",
    limits="Limits",
    limits_text="As this gateway is set, with the answer to what goes beyond.",
    health="Health and metrics",
    healthz="the gateway is alive",
    readyz="it is, and so are the rooms behind",
    metrics="for Prometheus; each room has its own. With a key set: <code>Authorization: Bearer …</code>",
    contracts="Contracts",
)
RUSSIAN = Words(
    language="ru",
    other_language="en",
    other_name="English",
    title="AstroDist для программ",
    lead="Всё, что делает веб-интерфейс, может сделать и программа. Эта страница ведёт ко всему.",
    begin="С чего начать",
    begin_text="Получите токен и посылайте его с каждым вызовом. Без него большинство вызовов ответит 401.",
    rest="Заявки, станции, каталог: REST на /api",
    rest_text=(
        "JSON в snake_case; списки отвечают <code>{count, next, previous, results}</code>; ошибки — problem+json "
        "(RFC 9457) с постоянным словом <code>reason</code>. В каждом ответе есть <code>X-Request-Id</code> (ваш, если "
        "вы его послали) и <code>Server-Timing</code>. <code>X-Request-Timeout-S: 2.5</code> говорит, сколько секунд "
        "вы ждёте: затем придёт 504, и ни одна комната больше не ждёт другую."
    ),
    browser="Посмотреть и попробовать каждый вызов",
    schema="Документ OpenAPI",
    rpcs="Расчёты: JSON на /v1 или gRPC",
    rpcs_text=(
        "Каждый rpc службы <code>astrodist.calc.v1.CalculationService</code> и его правило HTTP. Запрос и ответ — "
        "сообщения rpc в виде JSON; неизвестные поля, неверные типы и слова дают 400 с путём к каждому."
    ),
    grpc_only="только gRPC",
    kinds={"JSON": "JSON", "STREAM": "события сервера (SSE); WebSocket при upgrade", "TEXT": "текст"},
    moderators="только модераторам",
    live="Наблюдение",
    live_text=(
        "Адрес <code>:watch</code> присылает снимки: по GET — безымянные события, <code>id</code> которых — ревизия, "
        "при upgrade — сообщения WebSocket. Кто вернулся, с <code>Last-Event-ID</code> или без него, сначала получает "
        "нынешний снимок. Сбой — событие с именем <code>problem</code>."
    ),
    clients="Клиенты",
    clients_text="Готовое: рецепты gRPC, коллекция всех вызовов, типизированный пакет для Python.",
    no_clients="В этой установке нет папки <code>clients/</code>.",
    reasons="Причины ошибок",
    reasons_text="Эти слова не меняются: ветвитесь по ним, а не по тексту.",
    limits="Пределы",
    limits_text="Как настроен этот вход, и чем он отвечает на большее.",
    health="Здоровье и метрики",
    healthz="вход жив",
    readyz="жив и он, и комнаты за ним",
    metrics="для Prometheus; у каждой комнаты свои. Если задан ключ: <code>Authorization: Bearer …</code>",
    contracts="Контракты",
)
LANGUAGES = {"en": ENGLISH, "ru": RUSSIAN}
