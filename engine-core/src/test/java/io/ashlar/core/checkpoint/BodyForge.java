package io.ashlar.core.checkpoint;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.FormatVersion;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.VolumeEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// A checkpoint's body, made by hand from the picture in [CheckpointBodyWriter], one of everything;
/// each field can be found by its name and changed.
final class BodyForge {
  static final LaneGeometry GEOMETRY = new LaneGeometry(0, 1, 512, 1 << 20, 24, 1 << 20);
  static final long NUMBER = 7;
  static final int LAYER = 5;
  static final int CHILD = 6;
  static final long BLOCKS = 1000;

  /// The first sector of segment 0.
  static final long SECTOR = (1 << 20) / 512;

  final UnsafeBuffer body = new UnsafeBuffer(new byte[4096]);
  private final Map<String, Integer> offsets = new LinkedHashMap<>();
  private int at;

  BodyForge() {
    number("magic", CheckpointBodyWriter.MAGIC);
    number("version", FormatVersion.CURRENT);
    wide("number", NUMBER);
    number("last generation", 9);
    number("pad", 0);
    segments();
    volumes();
    number("layers", 2);
    layer("layer", LAYER, 0);
    layer("child", CHILD, LAYER);
    reaps();
    carried();
  }

  private void segments() {
    number("segments", 2);
    segment("first", 0, 2, 0);
    segment("second", 1, 1, 2);
  }

  private void segment(String name, int segment, int state, int stream) {
    number(name + " segment", segment);
    number(name + " generation", segment + 1);
    octet(name + " state", state);
    octet(name + " stream", stream);
    at += 2;
    number(name + " tree units", 10);
    number(name + " used bytes", 8192);
    number(name + " pad", 0);
    wide(name + " last sequence", 3);
    wide(name + " last millis", 4);
  }

  private void volumes() {
    number("volumes", 1);
    offsets.put("volume", at);
    VolumeEntry entry =
        new VolumeEntry(new UUID(1, 2), LAYER, 4096, BLOCKS * 4096, 0, false, "db", new byte[0]);
    at += entry.encode(body, at);
    number("reservation bytes", 0);
    number("history bytes", 0);
  }

  private void layer(String name, int layer, int parent) {
    number(name + " id", layer);
    number(name + " parent", parent);
    wide(name + " blocks", BLOCKS);
    number(name + " root level", parent == 0 ? 1 : 0);
    number(name + " pad", 0);
    if (parent == 0) {
      pointer(name + " root", layer);
    } else {
      // Forked and not written to since: all of its parent's tree.
      offsets.put(name + " root", at);
      new PointerFlyweight().wrap(body, at).inherit(parent);
      at += PointerFlyweight.BYTES;
    }
  }

  private void reaps() {
    number("reaps", 1);
    number("reap layer", 99);
    number("reap level", 1);
    wide("reap page", 3);
    pointer("reap root", 99);
  }

  private void pointer(String name, int owner) {
    offsets.put(name, at);
    PointerFlyweight pointer = new PointerFlyweight().wrap(body, at);
    pointer.summary(owner, 11, 4).place(SECTOR + 8, 2, 1).content(0, 12);
    at += PointerFlyweight.BYTES;
  }

  private void carried() {
    number("points", 1);
    number("point layer", LAYER);
    number("point unverified", 1);
    wide("point lba", 17);
    offsets.put("point entry", at);
    EntryFlyweight entry = new EntryFlyweight().wrap(body, at);
    entry.identity(LAYER, 21).place(SECTOR + 16, 8, 1).content(1, 4096, 13, 0);
    at += EntryFlyweight.BYTES;
    number("ranges", 1);
    number("range layer", LAYER);
    number("range pad", 0);
    wide("range start", 100);
    wide("range end", 200);
    wide("range write id", 22);
  }

  private void octet(String name, int value) {
    offsets.put(name, at);
    body.putByte(at, (byte) value);
    at++;
  }

  private void number(String name, int value) {
    offsets.put(name, at);
    body.putInt(at, value);
    at += Integer.BYTES;
  }

  private void wide(String name, long value) {
    offsets.put(name, at);
    body.putLong(at, value);
    at += Long.BYTES;
  }

  int length() {
    return at;
  }

  int offsetOf(String name) {
    Integer offset = offsets.get(name);
    if (offset == null) {
      throw new AssertionError("a field of the body: " + name);
    }
    return offset;
  }
}
