package io.ashlar.core.store;

/// What scrubbing found of what is alive, each place once.
///
/// @param blocks blocks of volumes that are not what was written
/// @param pages index pages, pieces of the checkpoint, superblocks and group headers that are not
///   what was written
/// @param repairedPages of these, the ones that are written anew from memory
/// @param failedReads reads that the device refused
public record ScrubFindings(long blocks, long pages, long repairedPages, long failedReads) {
  static final ScrubFindings NONE = new ScrubFindings(0, 0, 0, 0);

  ScrubFindings plus(ScrubFindings more) {
    return new ScrubFindings(
        blocks + more.blocks,
        pages + more.pages,
        repairedPages + more.repairedPages,
        failedReads + more.failedReads);
  }
}
