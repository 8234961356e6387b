import { useState } from "react";
import { Combobox, Loader, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useText } from "@/i18n/language.tsx";
import { useStations } from "./station-api.ts";

interface StationPickerProps {
  value: string;
  onChange: (code: string) => void;
  error?: string | undefined;
  readOnly: boolean;
}

/** An MPC observatory code, typed or found by name; what is typed counts, so a known code needs no list. */
export function StationPicker({ value, onChange, error, readOnly }: StationPickerProps) {
  const text = useText();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [search] = useDebouncedValue(value, 200);
  const [open, setOpen] = useState(false);
  const stations = useStations(open ? search : "");
  const known = stations.data?.find((station) => station.code === value.trim().toUpperCase());
  return (
    <Combobox
      store={combobox}
      readOnly={readOnly}
      onOptionSubmit={(code) => {
        if (!readOnly) onChange(code);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <TextInput
          label={text.draft.station}
          placeholder={text.draft.stationHint}
          description={known?.name ?? " "}
          inputWrapperOrder={["label", "input", "description", "error"]}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          value={value}
          readOnly={readOnly}
          error={error}
          rightSection={stations.isFetching ? <Loader size={14} aria-hidden /> : undefined}
          onChange={(event) => {
            onChange(event.currentTarget.value);
            setOpen(true);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onKeyDown={(event) => {
            // Closes the list alone, not the editor around it.
            if (event.key === "Escape" && combobox.dropdownOpened && value.trim() !== "") event.stopPropagation();
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={value.trim() === ""}>
        <Combobox.Options mah={220} style={{ overflowY: "auto" }} aria-label={text.draft.stationsFound}>
          {stations.data?.map((station) => (
            <Combobox.Option key={station.code} value={station.code}>
              <Text span size="sm" fw={650} mr={8}>
                {station.code}
              </Text>
              <Text span size="sm">
                {station.name}
              </Text>
            </Combobox.Option>
          ))}
          {stations.data?.length === 0 && <Combobox.Empty>{text.draft.stationNone}</Combobox.Empty>}
          {!stations.data && <Combobox.Empty>{text.draft.stationSearching}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
