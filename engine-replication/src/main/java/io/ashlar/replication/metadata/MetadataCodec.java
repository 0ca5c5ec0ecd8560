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
/// never given a second meaning.
///
/// ## History
///
/// - **v1** first format.
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
  private static final int STATE = 100;

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
            yield PUT_NODE;
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
            yield CREATE_VOLUME;
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
        };
    return end(to, kind);
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
          case PUT_POOL -> new PutPool(EntityCodec.readPool(from));
          case PUT_DEVICE -> new PutDevice(EntityCodec.readDevice(from));
          case CREATE_VOLUME -> new CreateVolume(EntityCodec.readVolume(from));
          case CHANGE_VOLUME -> {
            long expectedVersion = from.getLong();
            yield new ChangeVolume(EntityCodec.readVolume(from), expectedVersion);
          }
          case FORGET_VOLUME -> new ForgetVolume(new VolumeId(from.getUuid()));
          default -> throw new MalformedMetadataException("no command is of kind " + kind);
        };
    from.requireEnd();
    return command;
  }

  public static byte[] encode(ClusterState state) {
    UUID cluster = Objects.requireNonNullElse(state.cluster(), NOT_FORMED);
    MetadataWriter to = begin();
    to.putLong(state.version()).putUuid(cluster).putInt(state.nextLayer());
    to.putInt(state.nodes().size());
    state.nodes().values().forEach(node -> EntityCodec.write(node, to));
    to.putInt(state.pools().size());
    state.pools().values().forEach(pool -> EntityCodec.write(pool, to));
    to.putInt(state.devices().size());
    state.devices().values().forEach(device -> EntityCodec.write(device, to));
    to.putInt(state.volumes().size());
    for (VolumeEntry entry : state.volumes().values()) {
      to.putLong(entry.version());
      EntityCodec.write(entry.volume(), to);
    }
    return end(to, STATE);
  }

  /// @throws MalformedMetadataException unless exactly these bytes are a state
  public static ClusterState decodeState(DirectBuffer bytes, int offset, int lengthBytes)
      throws MalformedMetadataException {
    MetadataReader from = open(bytes, offset, lengthBytes);
    require(from.getShort() == STATE, "it is not a state");
    long version = from.getLong();
    UUID cluster = from.getUuid();
    boolean isFormed = !cluster.equals(NOT_FORMED);
    int nextLayer = from.getInt();
    SortedMap<UUID, NodeMetadata> nodes = new TreeMap<>();
    for (int left = from.getCount(ClusterState.OTHERS_MAX); left > 0; left--) {
      NodeMetadata node = EntityCodec.readNode(from);
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
    from.requireEnd();
    return new ClusterState(
        version, isFormed ? cluster : null, nextLayer, nodes, pools, devices, volumes);
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
