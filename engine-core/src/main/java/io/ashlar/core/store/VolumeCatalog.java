package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.checkpoint.CheckpointVolume;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.transform.KeyRing;
import io.ashlar.core.transform.LayerTransform;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/// The volumes of a lane. Changed only by applying log records, live or in replay.
final class VolumeCatalog {
  private final BlockIndex index;
  private final VolumePaths paths;
  private final VolumeKeys keys;
  private final TreeMap<VolumeId, LocalVolume> byId = new TreeMap<>();
  private final Int2ObjectHashMap<LocalVolume> byLayer = new Int2ObjectHashMap<>();

  VolumeCatalog(BlockIndex index, VolumePaths paths, VolumeKeys keys) {
    this.index = index;
    this.paths = paths;
    this.keys = keys;
  }

  @Nullable LocalVolume find(VolumeId id) {
    return byId.get(id);
  }

  @Nullable LocalVolume ofLayer(int layer) {
    return byLayer.get(layer);
  }

  /// The volume whose head layer it is, or null if that is none's.
  @Nullable UUID idOfLayer(int layer) {
    LocalVolume volume = byLayer.get(layer);
    return volume == null ? null : volume.entry().uuid();
  }

  boolean has(UUID id) {
    return byId.containsKey(new VolumeId(id));
  }

  Collection<LocalVolume> volumes() {
    return byId.values();
  }

  KeyRing keyRing() {
    return keys.ring();
  }

  /// Puts back what a checkpoint holds.
  void restore(CheckpointVolume volume) throws CorruptRecordException {
    add(volume.entry());
    restoreReservations(volume.entry().layer(), volume.reservations());
    restoreHistory(volume.entry().layer(), volume.history());
  }

  /// What a checkpoint of format v2 does not tell is told by the tree: its newest version.
  private void restoreHistory(int layer, byte[] bytes) throws CorruptRecordException {
    LocalVolume volume = Check.present(byLayer.get(layer), "a volume that was just put back");
    if (bytes.length > 0) {
      volume.restoreHistory(bytes);
    } else {
      volume.history().onDurable(index.newestWriteId(layer));
    }
  }

  /// The last id of a record of a volume's history is durable. Records of volumes that are gone
  /// tell nothing.
  void durable(int layer, long lastWriteId) {
    LocalVolume volume = byLayer.get(layer);
    if (volume != null) {
      volume.durable(lastWriteId);
    }
  }

  /// The record that begins an epoch is durable.
  void epoch(RecordFlyweight record) {
    LocalVolume volume = byLayer.get(record.layer());
    if (volume != null) {
      volume.history().onEpoch(record.writeId());
      volume.durable(record.writeId());
    }
  }

  /// The record that says that nothing is missing any more is durable.
  void level(RecordFlyweight record) {
    LocalVolume volume = byLayer.get(record.layer());
    if (volume != null) {
      volume.history().onLevel(record.writeId());
      volume.durable(record.writeId());
    }
  }

  private void rejoined(RecordFlyweight record, byte[] bytes) throws CorruptRecordException {
    LocalVolume volume = byLayer.get(record.layer());
    if (volume != null) {
      volume.rejoined(record, bytes);
    }
  }

  /// The newest epoch that any volume has of its own; 0 for none.
  int epochMax() {
    int newest = 0;
    for (LocalVolume volume : byId.values()) {
      newest = Math.max(newest, volume.history().sequencedEpoch());
    }
    return newest;
  }

  /// Applies a catalogue record.
  ///
  /// @param at where in `memory` its payload begins
  void apply(RecordFlyweight record, DirectBuffer memory, int at) throws CorruptRecordException {
    switch (record.type()) {
      case VOLUME -> put(VolumeEntry.decode(memory, at, record.payloadBytes()));
      case VOLUME_DELETED -> remove(record.layer());
      case RESERVATIONS -> {
        byte[] bytes = new byte[record.payloadBytes()];
        memory.getBytes(at, bytes);
        restoreReservations(record.layer(), bytes);
        if (record.writeId() != 0) {
          durable(record.layer(), record.writeId());
        }
      }
      case REJOIN -> {
        byte[] bytes = new byte[record.payloadBytes()];
        memory.getBytes(at, bytes);
        rejoined(record, bytes);
      }
      default -> Check.that(false, "a catalogue record");
    }
  }

  private void put(VolumeEntry entry) {
    LocalVolume known = byLayer.get(entry.layer());
    if (known == null) {
      index.addLayer(entry.layer(), blocks(entry));
      add(entry);
    } else {
      known.replace(entry);
      index.resizeLayer(entry.layer(), blocks(entry));
      LayerTransform next = keys.transform(entry);
      // Without its newest key it goes on with the one before.
      if (next != null) {
        known.unlock(next);
      }
    }
  }

  private static long blocks(VolumeEntry entry) {
    return entry.sizeBytes() / VolumeGeometry.BLOCK_BYTES;
  }

  private void add(VolumeEntry entry) {
    LocalVolume volume = new LocalVolume(entry, paths);
    byId.put(volume.id(), volume);
    byLayer.put(entry.layer(), volume);
    volume.unlock(keys.transform(entry));
  }

  private void remove(int layer) {
    LocalVolume volume = byLayer.remove(layer);
    if (volume == null) {
      return;
    }
    volume.goneForGood();
    byId.remove(volume.id());
    index.removeLayer(layer);
    keys.forget(volume.entry());
  }

  private void restoreReservations(int layer, byte[] bytes) throws CorruptRecordException {
    LocalVolume volume = byLayer.get(layer);
    if (volume != null && bytes.length > 0) {
      volume.restoreReservations(bytes);
    }
  }

  /// The end of recovery: reservations that were not to persist are gone.
  void onStarted() {
    for (LocalVolume volume : byId.values()) {
      volume.reservations().losePower();
    }
  }

  /// Everything, as a checkpoint keeps it.
  List<CheckpointVolume> snapshot() {
    List<CheckpointVolume> all = new ArrayList<>(byId.size());
    for (LocalVolume volume : byId.values()) {
      all.add(
          new CheckpointVolume(volume.entry(), volume.reservationBytes(), volume.historyBytes()));
    }
    return all;
  }
}
