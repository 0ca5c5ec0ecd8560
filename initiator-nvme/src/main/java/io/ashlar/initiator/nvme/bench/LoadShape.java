package io.ashlar.initiator.nvme.bench;

/// What a load does.
///
/// @param pattern where it goes next
/// @param readPercent how many of 100 operations read; the others write
/// @param blockBytes the length of each operation
/// @param depth how many operations are under way
/// @param ratePerSecond how many operations are due per second, or 0 for as many as go through;
///   latency then counts from when an operation was due, so that a stall is seen by all it delays
/// @param spanBytes the load stays in the first so many bytes of the volume
/// @param randomPercent how much of each written block is random bytes; the rest is zeroes, which
///   compress
/// @param seed for places, choices and contents
public record LoadShape(
    AccessPattern pattern,
    int readPercent,
    int blockBytes,
    int depth,
    long ratePerSecond,
    long spanBytes,
    int randomPercent,
    long seed) {
  public LoadShape {
    require(readPercent >= 0 && readPercent <= 100, "the read share is 0 to 100 percent");
    require(randomPercent >= 0 && randomPercent <= 100, "the random share is 0 to 100 percent");
    require(blockBytes >= 512 && blockBytes % 512 == 0, "the block is a multiple of 512 bytes");
    require(depth >= 1 && depth <= 1024, "the depth is 1 to 1024");
    require(ratePerSecond >= 0, "the rate is not negative");
    require(spanBytes >= blockBytes, "the span holds at least one block");
  }

  private static void require(boolean fact, String sentence) {
    if (!fact) {
      throw new IllegalArgumentException("Load: " + sentence + ".");
    }
  }

  /// How many blocks the span holds.
  long blocks() {
    return spanBytes / blockBytes;
  }

  /// The same load at a rate.
  public LoadShape atRate(long perSecond) {
    return new LoadShape(
        pattern, readPercent, blockBytes, depth, perSecond, spanBytes, randomPercent, seed);
  }

  /// The same load from another seed.
  public LoadShape seeded(long otherSeed) {
    return new LoadShape(
        pattern,
        readPercent,
        blockBytes,
        depth,
        ratePerSecond,
        spanBytes,
        randomPercent,
        otherSeed);
  }
}
