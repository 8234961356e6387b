import { Alert, List } from "@mantine/core";
import { failureText, namedFieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError, type FieldError } from "@/lib/http.ts";

interface RefusalProps {
  error: unknown;
  /** True for what the form shows at one of its fields. */
  isPlaced: (item: FieldError) => boolean;
}

/** Why a form was refused, above it: all that none of its fields shows. */
export function Refusal({ error, isPlaced }: RefusalProps) {
  const text = useText();
  if (error === null) return null;
  const refused = error instanceof ApiError ? error.fieldErrors : [];
  const unplaced = refused.filter((item) => !isPlaced(item));
  if (refused.length > 0 && unplaced.length === 0) return null;
  return (
    <Alert color="red" role="alert">
      {failureText(text, error)}
      {unplaced.length > 0 && (
        <List size="sm" mt={4}>
          {unplaced.map((item) => (
            <List.Item key={`${item.path} ${item.message}`}>{namedFieldErrorText(text, item)}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
