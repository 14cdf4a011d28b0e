/** Who uses a profile: many tabs at once, or one alone that rewrites or deletes it. Web Locks say so between tabs. */

export type UseLocks = Pick<LockManager, "request">;

export class ProfileUse {
  #release: () => void = () => undefined;

  /** @param locks undefined in an insecure context: there nobody waits for anybody. */
  constructor(
    private readonly locks: UseLocks | undefined,
    private readonly nameOf: (profile: string) => string,
  ) {}

  /** Resolves once this tab may open the profile; it holds it until `release`. `waits` is called where it has to wait. */
  async share(profile: string, waits: () => void): Promise<void> {
    if (this.locks === undefined) return;
    if (!(await this.#shared(profile, { ifAvailable: true }))) {
      waits();
      await this.#shared(profile, {});
    }
  }

  release(): void {
    this.#release();
    this.#release = () => undefined;
  }

  /** Acts while no tab has the profile open. A tab that has it open itself releases it first. */
  async alone<T>(profile: string, act: () => Promise<T>): Promise<T> {
    if (this.locks === undefined) return act();
    // The lock manager's types lose what the callback returns.
    return (await this.locks.request(this.nameOf(profile), { mode: "exclusive" }, act));
  }

  #shared(profile: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const held = (lock: Lock | null): Promise<void> | undefined => {
        resolve(lock !== null);
        if (lock === null) return undefined;
        return new Promise((release) => {
          this.#release = release;
        });
      };
      this.locks?.request(this.nameOf(profile), { mode: "shared", ...options }, held).catch(reject);
    });
  }
}
