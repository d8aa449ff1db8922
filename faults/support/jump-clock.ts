/**
 * Loaded with `node --import`: this process' clock is off by CLOCK_JUMP_MS, from the start or, with CLOCK_JUMPS_LATER,
 * from when SIGWINCH arrives, as a machine's is whose time is set.
 */
const jumpMs = Number(process.env.CLOCK_JUMP_MS);
let hasJumped = !process.env.CLOCK_JUMPS_LATER;
process.on("SIGWINCH", () => {
  hasJumped = true;
});
const RealDate = Date;
const now = () => RealDate.now() + (hasJumped ? jumpMs : 0);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(
      target,
      given.length === 0 ? [now()] : given,
      newTarget === globalThis.Date ? target : newTarget,
    ),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
