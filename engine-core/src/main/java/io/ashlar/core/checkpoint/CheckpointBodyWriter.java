package io.ashlar.core.checkpoint;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.FormatVersion;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.Layer;
import io.ashlar.core.index.ReapEntry;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import org.agrona.ExpandableDirectByteBuffer;

/// Writes a checkpoint's body. [CheckpointBodyReader] is its mirror.
///
/// ```
/// body    = magic (4) version (4) number (8) last generation (4) scrub position (4)
///           segments (4) segment* · volumes (4) volume* · layers (4) layer*
///           reaps (4) reap* · carried points (4) point* · carried ranges (4) range*
/// segment = segment (4) generation (4) state (1) stream (1) pad (2) tree units (4) used bytes (4) pad (4)
///           last sequence (8) last millis (8)                                                       = 40
/// volume  = volume entry · reservations length (4) reservations · history length (4) history
/// layer   = layer (4) parent (4) blocks (8) root level (4) pad (4) root pointer (32)                = 56
/// reap    = layer (4) level (4) page (8) pointer (32)                                               = 48
/// point   = layer (4) unverified (4) lba (8) entry (32)                                             = 48
/// range   = layer (4) pad (4) start (8) end (8) write id (8)                                        = 32
/// ```
final class CheckpointBodyWriter {
  static final int MAGIC = 0x424B4341; // "ACKB"

  private final ExpandableDirectByteBuffer body;
  private final ReapEntry reap = new ReapEntry();
  private final CarriedPoint point = new CarriedPoint();
  private final CarriedRange range = new CarriedRange();
  private int at;

  CheckpointBodyWriter(ExpandableDirectByteBuffer body) {
    this.body = body;
  }

  /// Writes everything as of now.
  ///
  /// @return the body's length
  int write(
      long number, SegmentTable segments, BlockIndex index, Iterable<CheckpointVolume> volumes) {
    at = 0;
    putInt(MAGIC);
    putInt(FormatVersion.CURRENT);
    putLong(number);
    putInt(segments.generationLast());
    putInt(segments.scrubPosition());
    segments(segments);
    volumes(volumes);
    layers(index);
    reaps(index);
    carried(index);
    return at;
  }

  private void segments(SegmentTable segments) {
    int countAt = at;
    putInt(0);
    int count = 0;
    for (int segment = 0; segment < segments.geometry().segments(); segment++) {
      if (segments.state(segment) != SegmentState.FREE) {
        segment(segments, segment);
        count++;
      }
    }
    body.putInt(countAt, count);
  }

  private void segment(SegmentTable segments, int segment) {
    putInt(segment);
    putInt(segments.generation(segment));
    body.putByte(at, (byte) segments.state(segment).code());
    body.putByte(at + 1, (byte) segments.stream(segment).code());
    body.putShort(at + 2, (short) 0);
    at += Integer.BYTES;
    putInt(segments.treeUnits(segment));
    putInt(segments.usedBytes(segment));
    putInt(0);
    putLong(segments.lastSequence(segment));
    putLong(segments.lastMillis(segment));
  }

  private void volumes(Iterable<CheckpointVolume> volumes) {
    int countAt = at;
    putInt(0);
    int count = 0;
    for (CheckpointVolume volume : volumes) {
      body.checkLimit(at + VolumeEntry.BYTES_MAX);
      at += volume.entry().encode(body, at);
      putBytes(volume.reservations());
      putBytes(volume.history());
      count++;
    }
    body.putInt(countAt, count);
  }

  private void layers(BlockIndex index) {
    putInt(index.layerCount());
    for (int i = 0; i < index.layerCount(); i++) {
      Layer layer = index.layer(i);
      putInt(layer.id());
      putInt(layer.parent());
      putLong(layer.blocks());
      putInt(layer.rootLevel());
      putInt(0);
      pointer(layer.root());
    }
  }

  private void reaps(BlockIndex index) {
    putInt(index.reapCount());
    for (int i = 0; i < index.reapCount(); i++) {
      index.reapEntry(i, reap);
      putInt(reap.layer);
      putInt(reap.level);
      putLong(reap.page);
      pointer(reap.pointer);
    }
  }

  private void carried(BlockIndex index) {
    putInt(index.carriedPoints());
    for (int i = 0; i < index.carriedPoints(); i++) {
      index.carriedPoint(i, point);
      putInt(point.layer);
      putInt(point.isUnverified ? 1 : 0);
      putLong(point.lba);
      body.checkLimit(at + EntryFlyweight.BYTES);
      point.entry.copyTo(body, at);
      at += EntryFlyweight.BYTES;
    }
    putInt(index.carriedRanges());
    for (int i = 0; i < index.carriedRanges(); i++) {
      index.carriedRange(i, range);
      putInt(range.layer);
      putInt(0);
      putLong(range.start);
      putLong(range.end);
      putLong(range.writeId);
    }
  }

  private void pointer(PointerFlyweight pointer) {
    body.checkLimit(at + PointerFlyweight.BYTES);
    pointer.copyTo(body, at);
    at += PointerFlyweight.BYTES;
  }

  private void putBytes(byte[] bytes) {
    putInt(bytes.length);
    body.putBytes(at, bytes);
    at += bytes.length;
  }

  private void putInt(int value) {
    body.putInt(at, value);
    at += Integer.BYTES;
  }

  private void putLong(long value) {
    body.putLong(at, value);
    at += Long.BYTES;
  }
}
