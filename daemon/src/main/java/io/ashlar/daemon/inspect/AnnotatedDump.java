package io.ashlar.daemon.inspect;

import io.ashlar.core.format.Layout;
import io.ashlar.core.format.Layout.Field;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.segment.Stream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import net.openhft.chronicle.bytes.HexDumpBytes;
import net.openhft.chronicle.core.Jvm;
import org.agrona.DirectBuffer;

/// Bytes of a device in hexadecimal, each field on a line of its own with its meaning beside it.
final class AnnotatedDump implements AutoCloseable {
  /// Bytes in a line.
  private static final int WIDTH = 16;

  static {
    startQuietly();
  }

  private final DirectBuffer source;
  private final long base;
  private final HexDumpBytes dump = new HexDumpBytes();

  /// Where on the device the dump's own positions are, for what is left out makes them differ.
  private final TreeMap<Long, Long> deviceOffsets = new TreeMap<>();

  private long position;

  /// @param source what was read from the device
  /// @param base where on the device it begins
  AnnotatedDump(DirectBuffer source, long base) {
    this.source = source;
    this.base = base;
    dump.numberWrap(WIDTH);
    dump.offsetFormat((position, text) -> text.append("%010x".formatted(deviceOffset(position))));
  }

  /// At its start the library tells standard error of flags that its mapped files would want.
  /// Nothing here is mapped, and whoever inspects a device cannot do anything about it.
  private static void startQuietly() {
    PrintStream err = System.err;
    try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
      System.setErr(nowhere);
      new HexDumpBytes().releaseLast();
      Jvm.maxDirectMemory();
    } finally {
      System.setErr(err);
    }
  }

  private long deviceOffset(long position) {
    var start = deviceOffsets.floorEntry(position);
    return start == null ? base : start.getValue() + position - start.getKey();
  }

  /// Shows a structure field by field.
  ///
  /// @return where it ends
  int layout(Layout layout, int from) {
    int at = from;
    for (Field field : layout.fields()) {
      bytes(at, field.bytes(), field.name() + value(field, at), field.kind() == Layout.Kind.SECRET);
      at += field.bytes();
    }
    return at;
  }

  private String value(Field field, int at) {
    long number = field.bytes() > Long.BYTES ? 0 : number(at, field.bytes());
    return switch (field.kind()) {
      case NUMBER -> ": " + number;
      case BITS -> ": 0x" + Long.toHexString(number);
      case WRITE_ID -> ": " + WriteId.text(number);
      case MILLIS -> ": " + Instant.ofEpochMilli(number);
      case STREAM ->
          ": " + number + (number < Stream.COUNT ? ", " + Stream.ofCode((int) number) : "");
      case RECORD_TYPE -> ": " + number + typeName((int) number);
      case UUID -> ": " + new UUID(source.getLong(at), source.getLong(at + Long.BYTES));
      case PADDING -> "";
      case SECRET -> ", not shown";
    };
  }

  private static String typeName(int code) {
    return RecordType.isKnown(code) ? ", " + RecordType.of(code) : "";
  }

  private long number(int at, int bytes) {
    long number = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      number = number << Byte.SIZE | (source.getByte(at + i) & 0xFF);
    }
    return number;
  }

  /// Shows bytes as they are.
  void bytes(int from, int length, String meaning) {
    bytes(from, length, meaning, false);
  }

  private void bytes(int from, int length, String meaning, boolean isSecret) {
    if (length == 0) {
      return;
    }
    deviceOffsets.put(position, base + from);
    // A line at a time: the library would go on in a line that is not full.
    for (int at = 0; at < length; at += WIDTH) {
      byte[] line = new byte[Math.min(WIDTH, length - at)];
      if (!isSecret) {
        source.getBytes(from + at, line);
      }
      dump.writeHexDumpDescription(at == 0 ? meaning : "").write(line);
    }
    position += length;
  }

  /// Shows the beginning of what may be long.
  void beginning(int from, int length, int limit, String meaning) {
    boolean whole = length <= limit;
    String rest = whole ? "" : ", the first %d of %d bytes".formatted(limit, length);
    bytes(from, Math.min(length, limit), meaning + rest);
  }

  /// Moves what follows to the right, or back.
  void indent(int steps) {
    dump.adjustHexDumpIndentation(steps);
  }

  String text() {
    return dump.toHexString().lines().map(AnnotatedDump::trimmed).collect(Collectors.joining());
  }

  /// Without the sign that a remark begins where there is none.
  private static String trimmed(String line) {
    return (line.endsWith("# ") ? line.substring(0, line.length() - 2) : line).stripTrailing()
        + "\n";
  }

  @Override
  public void close() {
    dump.releaseLast();
  }
}
