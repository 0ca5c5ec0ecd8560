package io.ashlar.core.format;

import java.util.List;

/// The fields of one byte layout in their order, for tools that explain bytes. The flyweights say
/// what the fields mean; a test holds the two against each other.
///
/// @param name of the structure
/// @param fields from the first byte to the last, padding included
public record Layout(String name, List<Field> fields) {
  /// How a field reads.
  public enum Kind {
    /// An integer.
    NUMBER,
    /// An integer that says more in hexadecimal: a checksum, a magic number, flags.
    BITS,
    /// Two halves of a UUID, the most significant first.
    UUID,
    /// A block's version, see [WriteId].
    WRITE_ID,
    /// Milliseconds since 1970.
    MILLIS,
    /// The code of a stream of the log.
    STREAM,
    /// The code of a [RecordType].
    RECORD_TYPE,
    /// Nothing; zero.
    PADDING,
    /// What must not be shown.
    SECRET
  }

  /// One field.
  ///
  /// @param bytes its length; a number has 8 at most
  public record Field(String name, int bytes, Kind kind) {}

  public static final Layout SUPERBLOCK =
      new Layout(
          "superblock",
          List.of(
              bits("magic ASHLARSB", 8),
              bits("crc32c of what follows", 4),
              number("format version", 4),
              number("generation", 8),
              new Field("device", 16, Kind.UUID),
              new Field("cluster", 16, Kind.UUID),
              new Field("secret of the device", 8, Kind.SECRET),
              number("lane", 2),
              number("lanes", 2),
              number("unit bytes", 4),
              number("segment bytes", 4),
              number("segments", 4),
              number("header area bytes", 8),
              number("epoch", 4),
              number("closed in order", 4),
              number("replay from group", 8),
              number("cut at group", 8),
              number("checkpoint: sector of last piece", 8),
              number("checkpoint: segment generation", 4),
              number("checkpoint: pieces", 4),
              number("checkpoint: body bytes", 4),
              bits("checkpoint: body crc32c", 4),
              number("checkpoint: number", 8),
              number("USER segment", 4),
              number("USER generation", 4),
              number("USER offset", 4),
              padding(4),
              number("COLD segment", 4),
              number("COLD generation", 4),
              number("COLD offset", 4),
              padding(4),
              number("META segment", 4),
              number("META generation", 4),
              number("META offset", 4),
              padding(4),
              number("scrub: last pass began at ms", 8),
              number("scrub: last pass ended at ms", 8)));

  public static final Layout GROUP_HEADER =
      new Layout(
          "group header",
          List.of(
              bits("magic AGRP", 4),
              bits("crc32c of what follows", 4),
              new Field("secret of the device", 8, Kind.SECRET),
              number("group sequence", 8),
              number("durable through group", 8),
              number("epoch", 4),
              number("segment generation", 4),
              number("header bytes", 4),
              number("payload bytes", 4),
              number("records", 4),
              number("lane", 2),
              new Field("stream", 1, Kind.STREAM),
              padding(1),
              new Field("written", 8, Kind.MILLIS)));

  public static final Layout RECORD =
      new Layout(
          "record",
          List.of(
              new Field("record type", 1, Kind.RECORD_TYPE),
              padding(1),
              number("blocks", 2),
              number("layer", 4),
              new Field("write id", 8, Kind.WRITE_ID),
              number("lba", 8),
              number("argument", 8),
              number("payload bytes", 4),
              bits("payload crc32c", 4)));

  public static final Layout BLOCK_DESCRIPTOR =
      new Layout(
          "block descriptor",
          List.of(
              bits("crc32c", 4),
              number("stored bytes", 2),
              number("codec", 1),
              padding(1),
              number("key generation", 2),
              padding(2)));

  public static final Layout ENTRY =
      new Layout(
          "index entry",
          List.of(
              new Field("write id", 8, Kind.WRITE_ID),
              number("address (sector)", 6),
              number("units", 1),
              bits("codec and flags", 1),
              number("owner layer", 4),
              number("segment generation", 4),
              bits("crc32c", 4),
              number("stored bytes", 2),
              number("key generation", 2)));

  public static final Layout POINTER =
      new Layout(
          "page pointer",
          List.of(
              new Field("highest write id", 8, Kind.WRITE_ID),
              number("address (sector)", 6),
              number("units", 1),
              bits("flags", 1),
              number("owner layer", 4),
              number("segment generation", 4),
              bits("crc32c", 4),
              number("present entries", 4)));

  public static final Layout CHECKPOINT_PIECE =
      new Layout(
          "checkpoint piece",
          List.of(
              bits("magic ACKP", 4),
              number("piece", 4),
              number("checkpoint", 8),
              number("sector of the piece before", 8),
              number("its segment generation", 4),
              number("body bytes", 4)));

  public static final Layout VOLUME_ENTRY =
      new Layout(
          "volume entry",
          List.of(
              new Field("volume", 16, Kind.UUID),
              number("layer", 4),
              number("logical block bytes", 4),
              number("size in bytes", 8),
              number("compression", 1),
              number("encrypted", 1),
              number("name bytes", 2),
              number("wrapped key bytes", 4)));

  private static Field number(String name, int bytes) {
    return new Field(name, bytes, Kind.NUMBER);
  }

  private static Field bits(String name, int bytes) {
    return new Field(name, bytes, Kind.BITS);
  }

  private static Field padding(int bytes) {
    return new Field("padding", bytes, Kind.PADDING);
  }

  /// Length of all fields.
  public int bytes() {
    int bytes = 0;
    for (Field field : fields) {
      bytes += field.bytes;
    }
    return bytes;
  }

  /// Where a field begins.
  public int offsetOf(String field) {
    int offset = 0;
    for (Field each : fields) {
      if (each.name.equals(field)) {
        return offset;
      }
      offset += each.bytes;
    }
    throw new IllegalArgumentException(name + " has no field " + field);
  }
}
