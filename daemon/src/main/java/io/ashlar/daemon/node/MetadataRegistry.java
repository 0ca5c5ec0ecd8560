package io.ashlar.daemon.node;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.daemon.volume.VolumeRegistry;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.HostAccess;
import io.ashlar.replication.metadata.LayerMetadata;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.VolumeEntry;
import io.ashlar.replication.metadata.VolumeMetadata;
import io.ashlar.replication.metadata.VolumePhase;
import io.ashlar.replication.metadata.VolumeSettings;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Volumes' records in the cluster's metadata.
final class MetadataRegistry implements VolumeRegistry {
  /// Gives a volume that is recorded for the first time its layer and its wrapped keys.
  @FunctionalInterface
  interface LayerSource {
    /// @param layerNumber to use for a new layer; a volume that the pool holds has one already
    LayerMetadata layerOf(VolumeRecord volume, int layerNumber);
  }

  private final MetadataStore store;
  private final LayerSource layers;

  MetadataRegistry(MetadataStore store, LayerSource layers) {
    this.store = store;
    this.layers = layers;
  }

  /// Gives a store without a cluster this one; a store that has one keeps it.
  static void formAs(MetadataStore store, UUID cluster) {
    if (store.state().cluster() == null) {
      propose(store, new FormCluster(cluster));
    }
  }

  @Override
  public List<VolumeRecord> records() {
    return store.state().volumes().values().stream().map(MetadataRegistry::record).toList();
  }

  /// What the metadata holds of a volume that was put.
  VolumeMetadata metadata(VolumeId id) {
    return entry(id).volume();
  }

  private VolumeEntry entry(VolumeId id) {
    return Objects.requireNonNull(store.state().volumes().get(id), "the volume is recorded");
  }

  private static VolumeRecord record(VolumeEntry entry) {
    VolumeMetadata volume = entry.volume();
    QosLimits qos = volume.settings().qos();
    VolumeSpec spec =
        new VolumeSpec(
            volume.name(),
            volume.geometry().sizeBytes(),
            volume.geometry().logicalBlockBytes(),
            volume.layer().isEncrypted(),
            volume.settings().compression() != Compression.NONE,
            new io.ashlar.control.QosLimits(qos.iops(), qos.bytesPerSecond(), qos.burstMillis()),
            volume.settings().hosts().stream().map(HostAccess::name).toList());
    return new VolumeRecord(volume.id(), spec, VolumeRecord.Phase.valueOf(volume.phase().name()));
  }

  @Override
  public void put(VolumeRecord volume) {
    ClusterState state = store.state();
    VolumeEntry present = state.volumes().get(volume.id());
    VolumePhase phase = VolumePhase.valueOf(volume.phase().name());
    if (present != null) {
      change(described(volume, present.volume().layer()).with(phase));
      return;
    }
    VolumeMetadata created = described(volume, layers.layerOf(volume, state.nextLayer()));
    propose(store, new CreateVolume(created));
    if (created.phase() != phase) {
      change(created.with(phase));
    }
  }

  private void change(VolumeMetadata volume) {
    propose(store, new ChangeVolume(volume, entry(volume.id()).version()));
  }

  /// The record as metadata, in the phase that all begin in.
  private static VolumeMetadata described(VolumeRecord volume, LayerMetadata layer) {
    VolumeSpec spec = volume.spec();
    return new VolumeMetadata(
        volume.id(),
        spec.name(),
        new VolumeGeometry(spec.sizeBytes(), spec.logicalBlockBytes()),
        layer,
        new VolumeSettings(
            spec.compressed() ? Compression.LZ4 : Compression.NONE,
            limits(spec.qos()),
            spec.hosts().stream().map(HostAccess::byName).toList()),
        VolumePhase.CREATING);
  }

  static QosLimits limits(io.ashlar.control.QosLimits asked) {
    return new QosLimits(asked.iops(), asked.bytesPerSecond(), asked.burstMillis());
  }

  @Override
  public void remove(VolumeId id) {
    propose(store, new ForgetVolume(id));
  }

  private static void propose(MetadataStore store, ClusterCommand command) {
    CompletableFuture<String> committed = new CompletableFuture<>();
    store.propose(
        command,
        (status, sentence) -> {
          if (status == ProposalStatus.COMMITTED) {
            committed.complete("");
          } else {
            ProblemCode code =
                status == ProposalStatus.REFUSED ? ProblemCode.INTERNAL : ProblemCode.NOT_READY;
            committed.completeExceptionally(
                new ControlException(code, "The metadata does not take it: " + sentence + "."));
          }
        });
    try {
      String _ = committed.join();
    } catch (CompletionException refused) {
      if (refused.getCause() instanceof ControlException sentence) {
        throw sentence;
      }
      throw refused;
    }
  }
}
