package io.ashlar.replication.metadata;

import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.KeyEncryptionKey;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.core.transform.WrappedKey;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// Records and commands for tests.
public final class Samples {
  public static final FormCluster FORM = new FormCluster(uuid(99));
  public static final NodeMetadata NODE = new NodeMetadata(uuid(1), "node-1", 3);
  public static final NodeMetadata PLACED_NODE =
      new NodeMetadata(
          uuid(6), "node-2", 1, new NodePlace(2, "10.20.0.2", 7481, 7482, 7483, "rack-a"));
  public static final PoolMetadata POOL = new PoolMetadata(uuid(2), "main");
  public static final DeviceMetadata DEVICE =
      new DeviceMetadata(uuid(3), uuid(4), POOL.id(), NODE.id(), "/dev/disk/by-id/x", 1L << 40);

  private static final Random RANDOM = new Random(1);
  private static final LocalKeyProvider KEYS =
      new LocalKeyProvider(
          RANDOM::nextBytes, KeyEncryptionKey.generate(uuid(5), RANDOM::nextBytes));

  private Samples() {}

  public static UUID uuid(long number) {
    return new UUID(0x4000, number);
  }

  public static WrappedKey key(int layer, int generation) {
    return KEYS.wrap(DataKey.generate(RANDOM::nextBytes), layer, generation);
  }

  /// An encrypted volume in phase CREATING whose name and identity follow from its layer.
  public static VolumeMetadata volume(int layer) {
    return new VolumeMetadata(
        new VolumeId(uuid(1000 + layer)),
        "volume-" + layer,
        new VolumeGeometry(1L << 30, 512),
        new LayerMetadata(layer, List.of(key(layer, 1), key(layer, 7))),
        new VolumeSettings(
            Compression.LZ4,
            new QosLimits(1000, 1 << 20, 250),
            List.of(
                HostAccess.byName("nqn.2014-08.org.nvmexpress:uuid:ä"),
                new HostAccess("iqn.1993-08.org.debian:01:x", "hosts/x", "hosts/x-mutual"))),
        VolumePhase.CREATING);
  }

  /// One of each command, in an order in which none is refused.
  public static List<ClusterCommand> history() {
    VolumeMetadata first = volume(1);
    VolumeMetadata second = volume(5);
    return List.of(
        FORM,
        new PutNode(NODE),
        new PutPool(POOL),
        new PutDevice(DEVICE),
        new CreateVolume(first),
        new CreateVolume(second),
        new ChangeVolume(first.with(VolumePhase.READY), 5),
        new ForgetVolume(second.id()),
        new PutNode(PLACED_NODE));
  }

  /// The state after [#history].
  public static ClusterState stateAfterHistory() {
    ClusterState state = ClusterState.EMPTY;
    for (ClusterCommand command : history()) {
      state = state.apply(command).state();
    }
    return state;
  }
}
