/** Why somebody was kept out of the staff pages or the staff API. Stands in the audit as it is. */
export type StaffRefusal =
  // Sessions
  | "no_session"
  | "unknown_session"
  | "session_idle"
  | "session_expired"
  | "session_ended"
  | "session_reused"
  | "token_on_page"
  // Forms
  | "csrf"
  | "origin"
  // Access tokens
  | "no_token"
  | "malformed"
  | "algorithm"
  | "signature"
  | "issuer"
  | "audience"
  | "expired"
  | "not_yet_valid"
  // Signing in
  | "sign_in_not_begun"
  | "sign_in_state"
  | "sign_in_denied"
  | "sign_in_code"
  | "sign_in_id_token"
  | "sign_in_repeated"
  // Roles
  | "no_role"
  | "role";
