import { TextInput } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { useSettledInput } from "@/lib/use-settled-input.ts";
import { Icon } from "./icon.tsx";

interface SearchInputProps {
  value: string;
  placeholder: string;
  onSearch: (search: string) => void;
  className?: string | undefined;
}

/** A search that waits until the typing pauses. */
export function SearchInput({ value, placeholder, onSearch, className }: SearchInputProps) {
  const text = useText();
  const [typed, setTyped] = useSettledInput(value, onSearch);
  return (
    <TextInput
      type="search"
      label={text.list.search}
      placeholder={placeholder}
      leftSection={<Icon name="search" size={16} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      className={className}
    />
  );
}
