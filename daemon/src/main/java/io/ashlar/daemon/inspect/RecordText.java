package io.ashlar.daemon.inspect;

import io.ashlar.core.format.WriteId;
import io.ashlar.core.offline.SegmentListing.ListedRecord;

/// A log record in words.
final class RecordText {
  private RecordText() {}

  static String meaning(ListedRecord record) {
    String layer = "layer " + Integer.toUnsignedString(record.layer());
    return switch (record.type()) {
      case WRITE ->
          "write to %s, %s, version %s, %d bytes stored"
              .formatted(
                  layer,
                  blocks(record.lba(), record.blocks()),
                  WriteId.text(record.writeId()),
                  record.storedBytes());
      case RELOCATE ->
          "moved here: %s, %s, version %s, %d bytes stored"
              .formatted(
                  layer,
                  blocks(record.lba(), record.blocks()),
                  WriteId.text(record.writeId()),
                  record.storedBytes());
      case UNMAP ->
          "unmap of %s, %s, as of version %s"
              .formatted(
                  layer, blocks(record.lba(), record.argument()), WriteId.text(record.writeId()));
      case PAGE ->
          "index page %d of level %d of %s, %d bytes"
              .formatted(record.lba(), record.argument(), layer, record.storedBytes());
      case SEAL ->
          "seal: the stream goes on in segment %d, generation %d"
              .formatted(record.lba(), record.argument());
      case RELEASE ->
          "release of segment %d, generation %d: all that lived there was moved"
              .formatted(record.lba(), record.argument());
      case MARK -> "mark: what came before is durable";
      case CHECKPOINT ->
          "checkpoint piece %d, %d bytes".formatted(record.lba(), record.storedBytes());
      case VOLUME -> "volume of %s, %d bytes".formatted(layer, record.storedBytes());
      case VOLUME_DELETED -> "the volume of %s is deleted".formatted(layer);
      case EPOCH ->
          "epoch of %s begins with version %s, after %s"
              .formatted(layer, WriteId.text(record.writeId()), WriteId.text(record.argument()));
      case FETCHED ->
          "fetched from the primary: %s, %s, version %s, %d bytes stored"
              .formatted(
                  layer,
                  blocks(record.lba(), record.blocks()),
                  WriteId.text(record.writeId()),
                  record.storedBytes());
      case FETCHED_UNMAP ->
          "fetched from the primary: unmap of %s, %s, as of version %s"
              .formatted(
                  layer, blocks(record.lba(), record.argument()), WriteId.text(record.writeId()));
      case REJOIN ->
          "this replica of %s takes part again after version %s; it had all up to version %s"
              .formatted(layer, WriteId.text(record.writeId()), WriteId.text(record.argument()));
      case LEVEL ->
          "this replica of %s has all up to version %s"
              .formatted(layer, WriteId.text(record.writeId()));
      case RESERVATIONS -> "reservations of %s, %d bytes".formatted(layer, record.storedBytes());
    };
  }

  private static String blocks(long lba, long count) {
    return count == 1 ? "block " + lba : "blocks %d to %d".formatted(lba, lba + count - 1);
  }
}
