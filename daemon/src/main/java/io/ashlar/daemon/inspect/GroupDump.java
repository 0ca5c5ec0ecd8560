package io.ashlar.daemon.inspect;

import io.ashlar.core.format.CheckpointPieceFlyweight;
import io.ashlar.core.format.Layout;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;

/// Dumps a group: its header, its records, and how each payload begins.
final class GroupDump {
  /// Of a payload that is data, so much is shown.
  private static final int DATA_BYTES_SHOWN = 32;

  private final AnnotatedDump dump;
  private final GroupWindow window;
  private final int alignmentBytes;

  /// @param window holds the group
  GroupDump(AnnotatedDump dump, GroupWindow window, int alignmentBytes) {
    this.dump = dump;
    this.window = window;
    this.alignmentBytes = alignmentBytes;
  }

  /// @param from where the group begins in the window's memory
  void write(int from) {
    int at = dump.layout(Layout.GROUP_HEADER, from);
    GroupRecords walk = window.records();
    while (walk.next()) {
      at = record(walk, at);
    }
    walk = window.records();
    while (walk.next()) {
      payloads(walk);
    }
  }

  private int record(GroupRecords walk, int from) {
    dump.indent(1);
    int at = dump.layout(Layout.RECORD, from);
    dump.indent(1);
    while (walk.nextBlock()) {
      at = dump.layout(Layout.BLOCK_DESCRIPTOR, at);
    }
    dump.indent(-2);
    return at;
  }

  private void payloads(GroupRecords walk) {
    RecordFlyweight record = walk.record();
    if (record.type().hasBlocks()) {
      while (walk.nextBlock()) {
        String what = "block %d of layer %d".formatted(lba(walk), record.layer());
        dump.beginning(window.memoryOffset(walk), walk.block().length(), DATA_BYTES_SHOWN, what);
      }
      return;
    }
    int at = window.memoryOffset(walk);
    int bytes = record.payloadBytes();
    switch (record.type()) {
      case PAGE -> page(record, at, bytes);
      case CHECKPOINT -> {
        dump.layout(Layout.CHECKPOINT_PIECE, at);
        int head = CheckpointPieceFlyweight.HEAD_BYTES;
        dump.beginning(at + head, bytes - head, DATA_BYTES_SHOWN, "the checkpoint's body");
      }
      case VOLUME -> volume(at, bytes);
      default -> dump.beginning(at, bytes, DATA_BYTES_SHOWN, record.type() + "'s payload");
    }
  }

  private static long lba(GroupRecords walk) {
    return walk.record().lba() + walk.blockIndex();
  }

  /// Whether the page is full, and so without a bitmap, its pointer knows; its length tells as well
  /// but for one that is exactly as long with it.
  private void page(RecordFlyweight record, int from, int bytes) {
    boolean leaf = record.argument() == 0;
    String what = "%s of layer %d".formatted(leaf ? "leaf" : "inner page", record.layer());
    long low = window.memory().getLong(from);
    long high = window.memory().getLong(from + Long.BYTES);
    int present = Long.bitCount(low) + Long.bitCount(high);
    int withBitmap = 2 * Long.BYTES + present * PageCodec.SLOT_BYTES;
    if (present == PageCodec.SLOTS || Sectors.align(withBitmap, alignmentBytes) != bytes) {
      dump.bytes(from, 0, what);
      slots(from, PageCodec.SLOTS, leaf);
      return;
    }
    dump.bytes(from, 2 * Long.BYTES, "bitmap of a %s: %d slots present".formatted(what, present));
    slots(from + 2 * Long.BYTES, present, leaf);
  }

  private void slots(int from, int count, boolean leaf) {
    dump.indent(1);
    int at = from;
    for (int slot = 0; slot < count; slot++) {
      at = dump.layout(leaf ? Layout.ENTRY : Layout.POINTER, at);
    }
    dump.indent(-1);
  }

  private void volume(int from, int bytes) {
    if (VolumeEntry.length(window.memory(), from, bytes) < 0) {
      dump.bytes(from, bytes, "what should be a volume entry");
      return;
    }
    int at = dump.layout(Layout.VOLUME_ENTRY, from);
    int nameBytes =
        window.memory().getShort(from + Layout.VOLUME_ENTRY.offsetOf("name bytes")) & 0xFFFF;
    byte[] name = new byte[nameBytes];
    window.memory().getBytes(at, name);
    dump.bytes(at, nameBytes, "name: " + new String(name, java.nio.charset.StandardCharsets.UTF_8));
    dump.bytes(at + nameBytes, from + bytes - at - nameBytes, "wrapped keys");
  }
}
