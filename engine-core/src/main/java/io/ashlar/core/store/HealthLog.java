package io.ashlar.core.store;

import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.index.PagePlace;
import io.ashlar.core.store.ScrubTally.Kind;
import io.ashlar.core.store.ScrubTally.Sighting;
import io.ashlar.core.transform.OpenResult;

/// Turns what goes wrong on a device into sentences that name device, segment and offset, and
/// counts it.
public final class HealthLog {
  /// Hears each sentence. Repeats are the hearer's to thin out.
  @FunctionalInterface
  public interface Listener {
    void onTrouble(String sentence);
  }

  private final String device;
  private final LaneGeometry geometry;
  private final Listener listener;
  private long damagedBlocks;
  private long damagedPages;
  private long readErrors;
  private long writeErrors;
  private final ScrubTally scrub = new ScrubTally();

  HealthLog(String device, LaneGeometry geometry, Listener listener) {
    this.device = device;
    this.geometry = geometry;
    this.listener = listener;
  }

  void blockDamaged(EntryFlyweight entry, long block, OpenResult result) {
    damagedBlocks++;
    listener.onTrouble(
        "block %d of layer %d is not what was written (%s) at %s; it is not served"
            .formatted(block, entry.owner(), result, place(entry.address())));
  }

  void indexDamaged(PagePlace place) {
    damagedPages++;
    listener.onTrouble(
        "%s is not what was written at %s; blocks below it are not served"
            .formatted(place, place(place.address())));
  }

  void readFailed(DeviceRequest read) {
    readErrors++;
    listener.onTrouble(
        "reading %d bytes failed with %s (errno %d) at %s"
            .formatted(read.length, read.status, read.errno, place(read.offset / Sectors.BYTES)));
  }

  void writeFailed(DeviceRequest write) {
    writeErrors++;
    listener.onTrouble(
        "writing %d bytes failed with %s (errno %d) at %s; this device takes no more writes until it is opened again"
            .formatted(
                write.length, write.status, write.errno, place(write.offset / Sectors.BYTES)));
  }

  /// Where what scrubbing finds is counted.
  ScrubTally scrub() {
    return scrub;
  }

  void scrubReadFailed(DeviceRequest read) {
    scrub.note(Kind.FAILED_READ, read.offset);
    readFailed(read);
  }

  /// @param volume a part of the sentence, empty where no volume is known
  void scrubFoundBlock(EntryFlyweight entry, long block, String volume) {
    Sighting sighting = scrub.note(Kind.BLOCK, Sectors.toBytes(entry.address()));
    if (sighting == Sighting.REPEATED) {
      return;
    }
    damagedBlocks += sighting == Sighting.NEW ? 1 : 0;
    listener.onTrouble(
        "scrub: block %d of layer %d%s is not what was written at %s; there is no other copy of it, so reading it fails until it is written anew"
            .formatted(block, entry.owner(), volume, place(entry.address())));
  }

  /// What becomes of a damaged page.
  enum PageOutcome {
    REWRITTEN("it is in memory and is written anew", Kind.REPAIRED_PAGE),
    LOST("there is no other copy of it, so blocks below it are not served", Kind.PAGE);

    private final String sentence;
    private final Kind kind;

    PageOutcome(String sentence, Kind kind) {
      this.sentence = sentence;
      this.kind = kind;
    }
  }

  void scrubFoundPage(String page, long address, PageOutcome outcome) {
    if (isRepeated(outcome.kind, Sectors.toBytes(address))) {
      return;
    }
    listener.onTrouble(
        "scrub: %s is not what was written at %s; %s"
            .formatted(page, place(address), outcome.sentence));
  }

  /// Counts a page unless the pass before met it, too.
  ///
  /// @return whether this pass did
  private boolean isRepeated(Kind kind, long place) {
    Sighting sighting = scrub.note(kind, place);
    damagedPages += sighting == Sighting.NEW ? 1 : 0;
    return sighting == Sighting.REPEATED;
  }

  /// @param offset of the copy on the device
  void scrubFoundSuperblock(String copy, long offset, String what) {
    if (isRepeated(Kind.REPAIRED_PAGE, offset)) {
      return;
    }
    listener.onTrouble(
        "scrub: superblock %s of device %s is damaged (%s); it is written anew"
            .formatted(copy, device, what));
  }

  void scrubFoundHeader(int segment, int offset) {
    if (isRepeated(Kind.PAGE, geometry.segmentOffset(segment) + offset)) {
      return;
    }
    listener.onTrouble(
        "scrub: a group header is damaged at device %s segment %d offset %d; its blocks are checked when they are read"
            .formatted(device, segment, offset));
  }

  void groupDamaged(int segment, int offset) {
    damagedPages++;
    listener.onTrouble(
        "a group header is damaged at device %s segment %d offset %d; the segment is kept as it is"
            .formatted(device, segment, offset));
  }

  private String place(long sector) {
    int segment = geometry.segmentOf(sector);
    if (segment < 0) {
      return "device %s offset %d (superblocks)".formatted(device, Sectors.toBytes(sector));
    }
    long offset = Sectors.toBytes(sector) - geometry.segmentOffset(segment);
    return "device %s segment %d offset %d".formatted(device, segment, offset);
  }

  public long damagedBlocks() {
    return damagedBlocks;
  }

  public long damagedPages() {
    return damagedPages;
  }

  public long readErrors() {
    return readErrors;
  }

  public long writeErrors() {
    return writeErrors;
  }

  /// What scrubbing found; the other counts hold it too.
  public ScrubFindings scrubFindings() {
    return scrub.inAll();
  }
}
