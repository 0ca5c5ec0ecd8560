package io.ashlar.replication.metadata;

import static io.ashlar.replication.metadata.MetadataReader.require;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
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
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.agrona.DirectBuffer;

/// Commands and states as bytes: what every binding logs, and sends to other nodes later.
///
/// ```
/// 0        4         6       8
/// +--------+---------+-------+-- - -
/// | crc32c | version | kind  | fields, see EntityCodec
/// |  (4)   |   (2)   |  (2)  |
/// +--------+---------+-------+-- - -
/// ```
///
/// Little-endian. The checksum covers all after it; the length is known from outside. Kinds are
/// never given a second meaning, so a program that does not know a kind says so.
///
/// ## History
///
/// - **v1** first format. Kinds 8 to 16, and 101 in place of 100, came with replication; 17, and
///   102 in place of 101, with nodes' places. 100 and 101 are still read, as states of which
///   nothing is replicated, and whose nodes have no place.
public final class MetadataCodec {
  private static final int VERSION = 1;

  private static final int CRC_OFFSET = 0;
  private static final int VERSION_OFFSET = CRC_OFFSET + Integer.BYTES;
  private static final int KIND_OFFSET = VERSION_OFFSET + Short.BYTES;
  private static final int FIELDS_OFFSET = KIND_OFFSET + Short.BYTES;

  private static final int FORM_CLUSTER = 1;
  private static final int PUT_NODE = 2;
  private static final int PUT_POOL = 3;
  private static final int PUT_DEVICE = 4;
  private static final int CREATE_VOLUME = 5;
  private static final int CHANGE_VOLUME = 6;
  private static final int FORGET_VOLUME = 7;
  private static final int CREATE_PLACED_VOLUME = 8;
  private static final int ATTACH_DEVICE = 9;
  private static final int DETACH_DEVICE = 10;
  private static final int FENCE_NODE = 11;
  private static final int PLACE_VOLUME = 12;
  private static final int CHANGE_MEMBERS = 13;
  private static final int CHANGE_SET = 14;
  private static final int HAND_OVER = 15;
  private static final int ACCEPT_DATA_LOSS = 16;
  private static final int PUT_PLACED_NODE = 17;
  private static final int STATE_WITHOUT_REPLICATION = 100;
  private static final int STATE_WITHOUT_PLACES = 101;
  private static final int STATE = 102;

  /// Stands for "no cluster yet" in a state's bytes.
  private static final UUID NOT_FORMED = new UUID(0, 0);

  private MetadataCodec() {}

  public static byte[] encode(ClusterCommand command) {
    MetadataWriter to = begin();
    int kind =
        switch (command) {
          case FormCluster form -> {
            to.putUuid(form.cluster());
            yield FORM_CLUSTER;
          }
          case PutNode put -> {
            EntityCodec.write(put.node(), to);
            NodePlace place = put.node().place();
            if (place == null) {
              yield PUT_NODE;
            }
            EntityCodec.write(place, to);
            yield PUT_PLACED_NODE;
          }
          case PutPool put -> {
            EntityCodec.write(put.pool(), to);
            yield PUT_POOL;
          }
          case PutDevice put -> {
            EntityCodec.write(put.device(), to);
            yield PUT_DEVICE;
          }
          case CreateVolume create -> {
            EntityCodec.write(create.volume(), to);
            Placement placement = create.placement();
            if (placement == null) {
              yield CREATE_VOLUME;
            }
            ReplicaCodec.write(placement, to);
            yield CREATE_PLACED_VOLUME;
          }
          case ChangeVolume change -> {
            to.putLong(change.expectedVersion());
            EntityCodec.write(change.volume(), to);
            yield CHANGE_VOLUME;
          }
          case ForgetVolume forget -> {
            to.putUuid(forget.id().uuid());
            yield FORGET_VOLUME;
          }
          case ReplicaCommand replica -> write(replica, to);
        };
    return end(to, kind);
  }

  /// Writes the fields and returns the kind.
  private static int write(ReplicaCommand command, MetadataWriter to) {
    return switch (command) {
      case AttachDevice attach -> {
        to.putUuid(attach.device()).putLong(attach.nodeIncarnation()).putInt(attach.epochUsed());
        yield ATTACH_DEVICE;
      }
      case DetachDevice detach -> {
        to.putUuid(detach.device()).putLong(detach.nodeIncarnation());
        yield DETACH_DEVICE;
      }
      case FenceNode fence -> {
        to.putUuid(fence.node()).putLong(fence.incarnation());
        yield FENCE_NODE;
      }
      case PlaceVolume place -> {
        to.putUuid(place.volume().uuid());
        ReplicaCodec.write(place.placement(), to);
        yield PLACE_VOLUME;
      }
      case ChangeMembers change -> {
        ReplicaCodec.write(change.basis(), to);
        ReplicaCodec.write(change.members(), to);
        to.putInt(change.minInSync());
        yield CHANGE_MEMBERS;
      }
      case ChangeSet change -> {
        ReplicaCodec.write(change.basis(), to);
        to.putUuid(change.device());
        ReplicaCodec.write(change.change(), to);
        yield CHANGE_SET;
      }
      case HandOver hand -> {
        ReplicaCodec.write(hand.basis(), to);
        to.putUuid(hand.to());
        yield HAND_OVER;
      }
      case AcceptDataLoss accept -> {
        ReplicaCodec.write(accept.basis(), to);
        to.putUuid(accept.to());
        ReplicaCodec.write(accept.decision(), to);
        yield ACCEPT_DATA_LOSS;
      }
    };
  }

  /// @throws MalformedMetadataException unless exactly these bytes are a command
  public static ClusterCommand decodeCommand(DirectBuffer bytes, int offset, int lengthBytes)
      throws MalformedMetadataException {
    MetadataReader from = open(bytes, offset, lengthBytes);
    int kind = from.getShort();
    ClusterCommand command =
        switch (kind) {
          case FORM_CLUSTER -> new FormCluster(from.getUuid());
          case PUT_NODE -> new PutNode(EntityCodec.readNode(from));
          case PUT_PLACED_NODE -> new PutNode(EntityCodec.readPlacedNode(from));
          case PUT_POOL -> new PutPool(EntityCodec.readPool(from));
          case PUT_DEVICE -> new PutDevice(EntityCodec.readDevice(from));
          case CREATE_VOLUME -> new CreateVolume(EntityCodec.readVolume(from));
          case CHANGE_VOLUME -> {
            long expectedVersion = from.getLong();
            yield new ChangeVolume(EntityCodec.readVolume(from), expectedVersion);
          }
          case FORGET_VOLUME -> new ForgetVolume(new VolumeId(from.getUuid()));
          case CREATE_PLACED_VOLUME ->
              new CreateVolume(EntityCodec.readVolume(from), ReplicaCodec.readPlacement(from));
          default -> readReplicaCommand(kind, from);
        };
    from.requireEnd();
    return command;
  }

  private static ReplicaCommand readReplicaCommand(int kind, MetadataReader from)
      throws MalformedMetadataException {
    return switch (kind) {
      case ATTACH_DEVICE -> new AttachDevice(from.getUuid(), from.getLong(), from.getInt());
      case DETACH_DEVICE -> new DetachDevice(from.getUuid(), from.getLong());
      case FENCE_NODE -> new FenceNode(from.getUuid(), from.getLong());
      case PLACE_VOLUME ->
          new PlaceVolume(new VolumeId(from.getUuid()), ReplicaCodec.readPlacement(from));
      case CHANGE_MEMBERS ->
          new ChangeMembers(
              ReplicaCodec.readBasis(from),
              ReplicaCodec.readSet(from, Placement.MEMBERS_MAX),
              from.getInt());
      case CHANGE_SET ->
          new ChangeSet(
              ReplicaCodec.readBasis(from), from.getUuid(), ReplicaCodec.readChange(from));
      case HAND_OVER -> new HandOver(ReplicaCodec.readBasis(from), from.getUuid());
      case ACCEPT_DATA_LOSS ->
          new AcceptDataLoss(
              ReplicaCodec.readBasis(from), from.getUuid(), ReplicaCodec.readDecision(from));
      default -> throw new MalformedMetadataException("no command is of kind " + kind);
    };
  }

  public static byte[] encode(ClusterState state) {
    UUID cluster = Objects.requireNonNullElse(state.cluster(), NOT_FORMED);
    MetadataWriter to = begin();
    to.putLong(state.version()).putUuid(cluster).putInt(state.nextLayer());
    to.putInt(state.nodes().size());
    state.nodes().values().forEach(node -> EntityCodec.writePresent(node, to));
    to.putInt(state.pools().size());
    state.pools().values().forEach(pool -> EntityCodec.write(pool, to));
    to.putInt(state.devices().size());
    state.devices().values().forEach(device -> EntityCodec.write(device, to));
    to.putInt(state.volumes().size());
    for (VolumeEntry entry : state.volumes().values()) {
      to.putLong(entry.version());
      EntityCodec.write(entry.volume(), to);
    }
    ReplicaCodec.write(state.replication(), to);
    return end(to, STATE);
  }

  /// @throws MalformedMetadataException unless exactly these bytes are a state
  public static ClusterState decodeState(DirectBuffer bytes, int offset, int lengthBytes)
      throws MalformedMetadataException {
    MetadataReader from = open(bytes, offset, lengthBytes);
    int kind = from.getShort();
    require(
        kind == STATE || kind == STATE_WITHOUT_PLACES || kind == STATE_WITHOUT_REPLICATION,
        "it is not a state");
    long version = from.getLong();
    UUID cluster = from.getUuid();
    boolean isFormed = !cluster.equals(NOT_FORMED);
    int nextLayer = from.getInt();
    SortedMap<UUID, NodeMetadata> nodes = new TreeMap<>();
    for (int left = from.getCount(ClusterState.OTHERS_MAX); left > 0; left--) {
      NodeMetadata node =
          kind == STATE ? EntityCodec.readPresentNode(from) : EntityCodec.readNode(from);
      nodes.put(node.id(), node);
    }
    SortedMap<UUID, PoolMetadata> pools = new TreeMap<>();
    for (int left = from.getCount(ClusterState.OTHERS_MAX); left > 0; left--) {
      PoolMetadata pool = EntityCodec.readPool(from);
      pools.put(pool.id(), pool);
    }
    SortedMap<UUID, DeviceMetadata> devices = new TreeMap<>();
    for (int left = from.getCount(ClusterState.OTHERS_MAX); left > 0; left--) {
      DeviceMetadata device = EntityCodec.readDevice(from);
      devices.put(device.id(), device);
    }
    SortedMap<VolumeId, VolumeEntry> volumes = readVolumes(from);
    Replication replication =
        kind == STATE_WITHOUT_REPLICATION ? Replication.NONE : ReplicaCodec.readReplication(from);
    require(
        volumes.keySet().containsAll(replication.groups().keySet()),
        "it has replicas of a volume that it does not have");
    from.requireEnd();
    return new ClusterState(
        version, isFormed ? cluster : null, nextLayer, nodes, pools, devices, volumes, replication);
  }

  private static SortedMap<VolumeId, VolumeEntry> readVolumes(MetadataReader from)
      throws MalformedMetadataException {
    SortedMap<VolumeId, VolumeEntry> volumes = new TreeMap<>();
    for (int left = from.getCount(ClusterState.VOLUMES_MAX); left > 0; left--) {
      long changed = from.getLong();
      VolumeMetadata volume = EntityCodec.readVolume(from);
      volumes.put(volume.id(), new VolumeEntry(volume, changed));
    }
    return volumes;
  }

  private static MetadataWriter begin() {
    MetadataWriter to = new MetadataWriter();
    to.skip(FIELDS_OFFSET);
    return to;
  }

  private static byte[] end(MetadataWriter to, int kind) {
    to.buffer().putShort(VERSION_OFFSET, (short) VERSION, ByteOrder.LITTLE_ENDIAN);
    to.buffer().putShort(KIND_OFFSET, (short) kind, ByteOrder.LITTLE_ENDIAN);
    int crc = new Crc32c().of(to.buffer(), VERSION_OFFSET, to.position() - VERSION_OFFSET);
    to.buffer().putInt(CRC_OFFSET, crc, ByteOrder.LITTLE_ENDIAN);
    return to.toArray();
  }

  /// Proves checksum and version; the reader stands at the kind.
  private static MetadataReader open(DirectBuffer bytes, int offset, int lengthBytes)
      throws MalformedMetadataException {
    MetadataReader from = new MetadataReader(bytes, offset, lengthBytes);
    int crc = from.getInt();
    int version = from.getShort();
    require(
        crc == new Crc32c().of(bytes, offset + VERSION_OFFSET, lengthBytes - VERSION_OFFSET),
        "its checksum does not hold");
    require(
        version == VERSION,
        "it is of version %d, and this program reads version %d: use a newer one"
            .formatted(version, VERSION));
    return from;
  }
}
