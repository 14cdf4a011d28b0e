/** What makes addresses for Blobs: `URL`. */
type Maker = Pick<typeof URL, "createObjectURL" | "revokeObjectURL">;

/**
 * Lets go of the addresses that are made for Blobs while something starts, once it has.
 *
 * llama.cpp's library makes one for the script of each worker that it starts and never revokes it: the browser would
 * keep that script, 160 kB, once more for each time that llama.cpp is begun anew.
 */
export class PassingAddresses {
  private readonly made: string[] = [];
  private readonly make: Maker["createObjectURL"];
  private starting = 0;

  constructor(private readonly maker: Maker) {
    this.make = maker.createObjectURL.bind(maker);
  }

  /** Runs what starts, which must settle. Several may run at once: the last one to end lets go. */
  async during<Started>(start: () => Promise<Started>): Promise<Started> {
    this.starting += 1;
    this.maker.createObjectURL = (source) => {
      const address = this.make(source);
      this.made.push(address);
      return address;
    };
    try {
      return await start();
    } finally {
      this.starting -= 1;
      if (this.starting === 0) this.letGo();
    }
  }

  private letGo(): void {
    this.maker.createObjectURL = this.make;
    for (const address of this.made.splice(0)) this.maker.revokeObjectURL(address);
  }
}
