package io.ashlar.daemon.node;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.cluster.Proposals;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.daemon.volume.VolumeRegistry;
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
import org.jspecify.annotations.Nullable;

/// Volumes' records in the cluster's metadata.
final class MetadataRegistry implements VolumeRegistry {
  /// Gives a volume that is recorded for the first time its layer and its wrapped keys.
  @FunctionalInterface
  interface LayerSource {
    /// @param layerNumber to use for a new layer; a volume that the pool holds has one already
    LayerMetadata layerOf(VolumeRecord volume, int layerNumber);
  }

  /// Two nodes may take the same layer number at once; one of them takes the next.
  private static final int ATTEMPTS = 16;

  private final MetadataStore store;
  private final Home home;
  private final LayerSource layers;

  MetadataRegistry(MetadataStore store, Home home, LayerSource layers) {
    this.store = store;
    this.home = home;
    this.layers = layers;
  }

  /// Gives a store without a cluster this one; a store that has one keeps it.
  static void formAs(MetadataStore store, UUID cluster) {
    if (store.state().cluster() == null) {
      Proposals.commit(store, new FormCluster(cluster));
    }
  }

  @Override
  public List<VolumeRecord> records() {
    ClusterState state = store.state();
    return state.volumes().values().stream()
        .filter(each -> home.isHome(each.volume().id(), state))
        .map(MetadataRegistry::record)
        .toList();
  }

  @Override
  public @Nullable String whereElse(String nameOrId) {
    ClusterState state = store.state();
    for (VolumeEntry each : state.volumes().values()) {
      VolumeMetadata volume = each.volume();
      boolean isIt = volume.name().equals(nameOrId) || volume.id().toString().equals(nameOrId);
      if (isIt && !home.isHome(volume.id(), state)) {
        return home.whereIs(volume.id(), state);
      }
    }
    return null;
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
    VolumeMetadata created = create(volume);
    if (created.phase() != phase) {
      change(created.with(phase));
    }
  }

  private VolumeMetadata create(VolumeRecord volume) {
    String refusal = "";
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      ClusterState state = store.state();
      VolumeMetadata created = described(volume, layers.layerOf(volume, state.nextLayer()));
      Proposals.Outcome outcome =
          Proposals.propose(store, new CreateVolume(created, home.placement()));
      if (outcome.status() == ProposalStatus.COMMITTED) {
        return created;
      }
      refusal = outcome.sentence();
      boolean isRace =
          outcome.status() == ProposalStatus.REFUSED
              && Integer.compareUnsigned(created.layer().id(), store.state().nextLayer()) < 0;
      if (!isRace) {
        ProblemCode code =
            outcome.status() == ProposalStatus.REFUSED
                ? ProblemCode.VOLUME_EXISTS
                : ProblemCode.NOT_READY;
        throw new ControlException(code, "The metadata does not take it: " + refusal + ".");
      }
    }
    throw new ControlException(
        ProblemCode.NOT_READY, "The metadata does not take it: " + refusal + "; try again.");
  }

  private void change(VolumeMetadata volume) {
    Proposals.commit(store, new ChangeVolume(volume, entry(volume.id()).version()));
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
    Proposals.commit(store, new ForgetVolume(id));
  }
}
