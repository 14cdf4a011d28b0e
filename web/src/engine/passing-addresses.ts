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
  /** The maker's own way, while another stands in its place. */
  private make: Maker["createObjectURL"] | null = null;
  private starting = 0;

  /** Nothing of the maker is touched before something starts: a service worker makes no addresses at all. */
  constructor(private readonly maker: Maker) {}

  /** Runs what starts, which must settle. Several may run at once: the last one to end lets go. */
  async during<Started>(start: () => Promise<Started>): Promise<Started> {
    this.starting += 1;
    if (this.make === null) this.watch();
    try {
      return await start();
    } finally {
      this.starting -= 1;
      if (this.starting === 0) this.letGo();
    }
  }

  private watch(): void {
    const own = this.maker.createObjectURL;
    this.make = own;
    this.maker.createObjectURL = (source) => {
      const address = own.call(this.maker, source);
      this.made.push(address);
      return address;
    };
  }

  private letGo(): void {
    if (this.make !== null) this.maker.createObjectURL = this.make;
    this.make = null;
    for (const address of this.made.splice(0)) this.maker.revokeObjectURL(address);
  }
}
