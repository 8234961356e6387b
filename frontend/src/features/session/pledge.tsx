import { List, Text, ThemeIcon, Title } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import classes from "./sign-in-page.module.css";

/** What the portal is for, beside the form that opens it: the parallax triangle and three steps. */
export function Pledge() {
  const text = useText();
  return (
    <section className={classes.pledge}>
      <svg viewBox="0 0 420 190" className={classes.drawing} aria-hidden="true">
        <ellipse cx="95" cy="118" rx="78" ry="42" fill="none" stroke="currentColor" strokeOpacity="0.35" />
        <circle cx="95" cy="118" r="9" fill="#eead37" />
        <path d="M50 84 L372 44 M112 159 L372 44" stroke="currentColor" strokeOpacity="0.55" strokeDasharray="4 5" />
        <circle cx="50" cy="84" r="5" fill="currentColor" />
        <circle cx="112" cy="159" r="5" fill="currentColor" />
        <path d="M316 10 C 360 22 392 60 398 112" fill="none" stroke="#eead37" strokeOpacity="0.6" strokeWidth="1.5" />
        <circle cx="372" cy="44" r="6.5" fill="#eead37" />
      </svg>
      <Title order={2} className={classes.promise}>
        {text.session.promise}
      </Title>
      <List p={0} spacing="sm" center>
        {text.session.steps.map((step, index) => (
          <List.Item
            key={step}
            icon={
              <ThemeIcon variant="light" radius="xl" size={28}>
                <Text size="sm" fw={700}>
                  {index + 1}
                </Text>
              </ThemeIcon>
            }
          >
            {step}
          </List.Item>
        ))}
      </List>
    </section>
  );
}
