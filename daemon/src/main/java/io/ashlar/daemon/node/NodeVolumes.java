package io.ashlar.daemon.node;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.transform.WrappedKey;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.volume.VolumeEngine;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.replication.metadata.LayerMetadata;
import io.ashlar.replication.metadata.VolumeMetadata;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine that [io.ashlar.daemon.volume.VolumeService] drives: the pool's shard and the
/// targets.
final class NodeVolumes implements VolumeEngine {
  private static final Logger LOG = LoggerFactory.getLogger(NodeVolumes.class);
  private static final int FIRST_KEY_GENERATION = 1;

  private final PoolShard pool;
  private final TargetServers targets;
  private final Function<VolumeId, VolumeMetadata> metadata;

  /// @param metadata what is recorded of a volume
  NodeVolumes(PoolShard pool, TargetServers targets, Function<VolumeId, VolumeMetadata> metadata) {
    this.pool = pool;
    this.targets = targets;
    this.metadata = metadata;
  }

  /// Where new volumes get their layers and keys: those that the pool holds keep theirs.
  static MetadataRegistry.LayerSource layers(PoolShard pool, KeyProvider keys) {
    return (volume, layerNumber) -> {
      for (VolumeEntry held : pool.entries()) {
        if (held.uuid().equals(volume.id().uuid())) {
          return new LayerMetadata(held.layer(), wrappedKeys(held));
        }
      }
      return volume.spec().encrypted()
          ? new LayerMetadata(layerNumber, List.of(newKey(keys, layerNumber)))
          : new LayerMetadata(layerNumber, List.of());
    };
  }

  private static WrappedKey newKey(KeyProvider keys, int layer) {
    SecureRandom random = new SecureRandom();
    try (DataKey key = DataKey.generate(random::nextBytes)) {
      WrappedKey wrapped = keys.wrap(key, layer, FIRST_KEY_GENERATION);
      if (wrapped == null) {
        throw new ControlException(
            ProblemCode.NOT_READY, "The key provider cannot be reached: try again.");
      }
      return wrapped;
    }
  }

  private static List<WrappedKey> wrappedKeys(VolumeEntry held) {
    UnsafeBuffer bytes = new UnsafeBuffer(held.wrappedKeys());
    List<WrappedKey> keys = new ArrayList<>();
    for (int at = 0; at < bytes.capacity(); at += WrappedKey.LENGTH_BYTES) {
      keys.add(WrappedKey.read(bytes, at));
    }
    return keys;
  }

  private VolumeEntry entry(VolumeRecord volume) {
    VolumeMetadata recorded = metadata.apply(volume.id());
    List<WrappedKey> keys = recorded.layer().keys();
    byte[] wrapped = new byte[keys.size() * WrappedKey.LENGTH_BYTES];
    UnsafeBuffer bytes = new UnsafeBuffer(wrapped);
    for (int i = 0; i < keys.size(); i++) {
      keys.get(i).write(bytes, i * WrappedKey.LENGTH_BYTES);
    }
    return new VolumeEntry(
        volume.id().uuid(),
        recorded.layer().id(),
        volume.spec().logicalBlockBytes(),
        volume.spec().sizeBytes(),
        recorded.settings().compression() == Compression.LZ4
            ? VolumeEntry.COMPRESSION_LZ4
            : VolumeEntry.COMPRESSION_NONE,
        volume.spec().encrypted(),
        volume.spec().name(),
        wrapped);
  }

  @Override
  public List<Held> held() {
    return pool.entries().stream()
        .sorted(Comparator.comparingInt(VolumeEntry::layer))
        .map(NodeVolumes::held)
        .toList();
  }

  private static Held held(VolumeEntry entry) {
    VolumeSpec spec =
        new VolumeSpec(
            entry.name(),
            entry.sizeBytes(),
            entry.logicalBlockBytes(),
            entry.encrypted(),
            entry.compression() == VolumeEntry.COMPRESSION_LZ4,
            QosLimits.UNLIMITED,
            List.of());
    return new Held(new VolumeId(entry.uuid()), spec);
  }

  @Override
  public void create(VolumeRecord volume) {
    pool.create(entry(volume));
  }

  @Override
  public void export(VolumeRecord volume) {
    if (pool.isLocked(volume.id())) {
      LOG.error(
          "Volume '{}' ({}) is not served: its key cannot be unwrapped; bring back the right key"
              + " file and start again.",
          volume.spec().name(),
          volume.id());
      return;
    }
    VolumeFront front = pool.front(volume.id(), MetadataRegistry.limits(volume.spec().qos()));
    targets.serve(volume, front.guarded());
  }

  @Override
  public void resize(VolumeRecord volume) {
    pool.replace(entry(volume));
  }

  @Override
  public List<String> connected(VolumeId id) {
    return targets.connected(id);
  }

  @Override
  public void withdraw(VolumeRecord volume) {
    targets.withdraw(volume.id());
  }

  @Override
  public void delete(VolumeId id) {
    pool.delete(id);
  }
}
