package io.ashlar.replication.metadata;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import io.ashlar.replication.metadata.ReplicaCommand.AcceptDataLoss;
import io.ashlar.replication.metadata.ReplicaCommand.AttachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeMembers;
import io.ashlar.replication.metadata.ReplicaCommand.ChangeSet;
import io.ashlar.replication.metadata.ReplicaCommand.DetachDevice;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.ReplicaCommand.HandOver;
import io.ashlar.replication.metadata.ReplicaCommand.PlaceVolume;
import io.ashlar.replication.metadata.ReplicaCommand.SetChange;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// One cluster's life from a seed, under [ReplicaPromises]. Proposers are as ignorant as real ones:
/// they propose what they like.
final class ClusterLife {
  private static final int NODES = 4;
  private static final int VOLUMES = 3;

  private final SplittableRandom dice;
  private final BiFunction<ClusterState, ClusterCommand, Applied> rules;
  private final ReplicaPromises promises = new ReplicaPromises();
  private final SortedMap<String, Integer> committed = new TreeMap<>();

  /// The present incarnation of each node's device.
  private final List<UUID> devices = new ArrayList<>();

  private ClusterState state = ClusterState.EMPTY;
  private int wiped;

  ClusterLife(long seed, BiFunction<ClusterState, ClusterCommand, Applied> rules) {
    dice = new SplittableRandom(seed);
    this.rules = rules;
  }

  SortedMap<String, Integer> committed() {
    return committed;
  }

  /// @return the first promise that was broken, or null
  @Nullable String run(int commands) {
    String complaint = begin();
    for (int i = 0; i < commands && complaint == null; i++) {
      complaint = propose(any());
      if (complaint == null && dice.nextBoolean()) {
        write(anyVolume());
      }
    }
    return complaint;
  }

  private @Nullable String begin() {
    String complaint = propose(Samples.FORM);
    complaint = complaint == null ? propose(new PutPool(Samples.POOL)) : complaint;
    for (int i = 0; i < NODES && complaint == null; i++) {
      devices.add(new UUID(7, i));
      complaint = propose(new PutNode(node(i, 1)));
      complaint = complaint == null ? propose(new PutDevice(device(i))) : complaint;
      complaint = complaint == null ? propose(new AttachDevice(devices.get(i), 1, 0)) : complaint;
    }
    return complaint;
  }

  private static NodeMetadata node(int index, long incarnation) {
    return new NodeMetadata(new UUID(8, index), "node-" + index, incarnation);
  }

  private DeviceMetadata device(int index) {
    return new DeviceMetadata(
        new UUID(9, index),
        devices.get(index),
        Samples.POOL.id(),
        node(index, 1).id(),
        "/dev/" + index,
        1L << 40);
  }

  private long incarnation(int index) {
    NodeMetadata known = state.nodes().get(node(index, 1).id());
    return known == null ? 1 : known.incarnation();
  }

  private VolumeId anyVolume() {
    return volume(1 + dice.nextInt(VOLUMES)).id();
  }

  /// Without keys: making them is not what these tests are to spend their time on.
  private static VolumeMetadata volume(int layer) {
    return new VolumeMetadata(
        new VolumeId(new UUID(10, layer)),
        "volume-" + layer,
        new VolumeGeometry(1L << 30, 512),
        new LayerMetadata(layer, List.of()),
        new VolumeSettings(Compression.NONE, new QosLimits(0, 0, 250), List.of()),
        VolumePhase.CREATING);
  }

  private ClusterCommand any() {
    int index = dice.nextInt(NODES);
    UUID device = devices.get(index);
    GroupBasis basis = anyBasis();
    int number = dice.nextInt(40);
    if (number < 16) {
      return aboutNode(number, index);
    }
    if (number < 20) {
      return create(device);
    }
    if (number < 28) {
      return new ChangeSet(basis, device, SetChange.JOINS);
    }
    if (number < 31) {
      return new ChangeSet(basis, device, SetChange.LEAVES);
    }
    if (number < 35) {
      return new HandOver(basis, device);
    }
    return number < 38
        ? new ChangeMembers(basis, someDevices(), 1 + dice.nextInt(2))
        : new AcceptDataLoss(basis, device, new AcceptedLoss.Decision("somebody", 1, "a test"));
  }

  private ClusterCommand aboutNode(int number, int index) {
    UUID device = devices.get(index);
    return switch (number) {
      case 0 -> new FenceNode(node(index, 1).id(), incarnation(index));
      case 1 -> new DetachDevice(device, incarnation(index));
      case 2 -> wipe(index);
      case 3, 4, 5 -> new PutNode(node(index, incarnation(index) + (dice.nextInt(4) == 0 ? 1 : 0)));
      default -> new AttachDevice(device, incarnation(index), dice.nextInt(6));
    };
  }

  private ClusterCommand wipe(int index) {
    if (dice.nextInt(3) == 0) {
      devices.set(index, new UUID(7, 1000 + wiped++));
    }
    return new PutDevice(device(index));
  }

  private ClusterCommand create(UUID device) {
    SortedSet<UUID> members = someDevices();
    members.add(device);
    Placement placement = new Placement(members, device, 1 + dice.nextInt(2));
    int layer = state.nextLayer();
    if (layer <= VOLUMES) {
      return dice.nextBoolean()
          ? new CreateVolume(volume(layer))
          : new CreateVolume(volume(layer), placement);
    }
    return new PlaceVolume(anyVolume(), placement);
  }

  private SortedSet<UUID> someDevices() {
    SortedSet<UUID> some = new TreeSet<>();
    for (UUID device : devices) {
      if (dice.nextInt(4) > 0) {
        some.add(device);
      }
    }
    return some;
  }

  /// As it is, or as it was a while ago.
  private GroupBasis anyBasis() {
    VolumeId volume = anyVolume();
    ReplicaGroup group = state.replication().groups().get(volume);
    if (group == null) {
      return new GroupBasis(volume, 1, 1);
    }
    boolean isLate = dice.nextInt(8) == 0;
    return new GroupBasis(volume, group.epoch(), group.version() - (isLate ? 1 : 0));
  }

  private void write(VolumeId volume) {
    ReplicaGroup group = state.replication().groups().get(volume);
    if (group != null && group.mayAcknowledge()) {
      promises.write(volume, group);
    }
  }

  private @Nullable String propose(ClusterCommand command) {
    ClusterState before = state;
    Applied applied;
    try {
      applied = rules.apply(state, command);
    } catch (CheckFailedException broken) {
      return broken.getMessage();
    }
    String refusal = applied.refusal();
    if (refusal != null) {
      boolean isSentence = !refusal.isBlank() && !refusal.endsWith(".");
      return isSentence && applied.state().equals(before) ? null : "a refusal changes something";
    }
    state = applied.state();
    committed.merge(command.getClass().getSimpleName(), 1, Integer::sum);
    String complaint = promises.complaint(before, command, state);
    return complaint == null ? null : complaint + " after " + command;
  }
}
