import { Banner, BlockStack, Button, Card, InlineStack, Text } from "@shopify/polaris";
import type { SignInProblem } from "../modules/staff/sign-in.ts";
import { StaffMark } from "./staff-mark.tsx";
import styles from "./staff-sign-in.module.css";

export type SignInNotice = SignInProblem | "signed_out";

interface Words {
  tone: "success" | "warning" | "critical";
  title: string;
  text: string;
}

const startAgain: Words = {
  tone: "warning",
  title: "That sign-in cannot be used",
  text: "It took too long, began in another browser, or was used already. Start again.",
};

const words: Record<SignInNotice, Words> = {
  signed_out: { tone: "success", title: "You are signed out", text: "" },
  sign_in_not_begun: startAgain,
  sign_in_state: startAgain,
  sign_in_code: startAgain,
  sign_in_id_token: startAgain,
  sign_in_repeated: startAgain,
  sign_in_denied: {
    tone: "warning",
    title: "You are not signed in",
    text: "The sign-in was cancelled or refused at your company's account.",
  },
  no_role: {
    tone: "warning",
    title: "You have no role here yet",
    text: "Ask whoever runs your company's sign-in to give you the role support or admin in Sync Health, then sign in again.",
  },
  not_configured: {
    tone: "critical",
    title: "Staff sign-in is not configured",
    text: "Set STAFF_OIDC_ISSUER, STAFF_OIDC_CLIENT_ID and STAFF_OIDC_CLIENT_SECRET, and restart the app.",
  },
  provider_unreachable: {
    tone: "critical",
    title: "Your company's sign-in cannot be reached",
    text: "Merchants are not affected. Try again in a moment.",
  },
  too_often: {
    tone: "warning",
    title: "Too many sign-ins from here",
    text: "Wait a minute, then try again.",
  },
};

/** The way in for staff, and what stood in it. */
export function StaffSignIn({
  to,
  notice,
  name = null,
}: {
  /** The page that was wanted. */
  to: string;
  notice: SignInNotice | null;
  /** Whom the provider knows, where that is the trouble. */
  name?: string | null;
}) {
  const said = notice ? words[notice] : null;
  const isAnother = notice === "no_role";
  const start = new URLSearchParams({ to, ...(isAnother ? { as: "another" } : {}) });
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Card padding={{ xs: "500", sm: "800" }}>
          <BlockStack gap="500">
            <BlockStack gap="200">
              <StaffMark />
              <Text as="h1" variant="headingLg">
                Sign in to the staff pages
              </Text>
              <Text as="p" tone="subdued">
                Every shop's health, and what to do about it. What you open and change here is recorded.
              </Text>
            </BlockStack>
            {said ? (
              <Banner tone={said.tone} title={said.title}>
                {name ? <p>Your company's account says that you are {name}.</p> : null}
                {said.text ? <p>{said.text}</p> : null}
              </Banner>
            ) : null}
            {notice === "not_configured" ? null : (
              <InlineStack>
                {/* A page of another site follows: not one for the router. */}
                <Button variant="primary" size="large" url={`/staff/sign-in/start?${start}`} fullWidth>
                  {isAnother ? "Sign in as somebody else" : "Continue with your company's account"}
                </Button>
              </InlineStack>
            )}
          </BlockStack>
        </Card>
      </div>
    </main>
  );
}
