package io.ashlar.replication.metadata;

import static io.ashlar.replication.metadata.MetadataReader.require;

import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.transform.WrappedKey;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.List;

/// The fields of nodes, pools, devices and volumes, in the order in which their records declare
/// them.
final class EntityCodec {
  /// Choices are written as their place in these lists, which only ever grow at the end.
  private static final List<VolumePhase> PHASES =
      List.of(VolumePhase.CREATING, VolumePhase.READY, VolumePhase.DELETING);

  private static final List<Compression> COMPRESSIONS = List.of(Compression.NONE, Compression.LZ4);

  private EntityCodec() {}

  static void write(NodeMetadata node, MetadataWriter to) {
    to.putUuid(node.id()).putText(node.name()).putLong(node.incarnation());
  }

  static NodeMetadata readNode(MetadataReader from) throws MalformedMetadataException {
    return new NodeMetadata(from.getUuid(), from.getText(), from.getLong());
  }

  static void write(NodePlace place, MetadataWriter to) {
    to.putInt(place.number()).putText(place.host());
    to.putInt(place.doorPort()).putInt(place.replicationPort()).putInt(place.metadataPort());
    to.putText(place.zone());
  }

  static NodeMetadata readPlacedNode(MetadataReader from) throws MalformedMetadataException {
    return new NodeMetadata(from.getUuid(), from.getText(), from.getLong(), readPlace(from));
  }

  private static NodePlace readPlace(MetadataReader from) throws MalformedMetadataException {
    return new NodePlace(
        from.getInt(), from.getText(), from.getInt(), from.getInt(), from.getInt(), from.getText());
  }

  /// As in a state, where some nodes have a place.
  static void writePresent(NodeMetadata node, MetadataWriter to) {
    write(node, to);
    NodePlace place = node.place();
    to.putShort(place == null ? 0 : 1);
    if (place != null) {
      write(place, to);
    }
  }

  static NodeMetadata readPresentNode(MetadataReader from) throws MalformedMetadataException {
    NodeMetadata node = readNode(from);
    int places = from.getShort();
    require(places == 0 || places == 1, "a node has one place at most");
    return places == 0
        ? node
        : new NodeMetadata(node.id(), node.name(), node.incarnation(), readPlace(from));
  }

  static void write(PoolMetadata pool, MetadataWriter to) {
    to.putUuid(pool.id()).putText(pool.name());
  }

  static PoolMetadata readPool(MetadataReader from) throws MalformedMetadataException {
    return new PoolMetadata(from.getUuid(), from.getText());
  }

  static void write(DeviceMetadata device, MetadataWriter to) {
    to.putUuid(device.id())
        .putUuid(device.incarnation())
        .putUuid(device.pool())
        .putUuid(device.node())
        .putText(device.path())
        .putLong(device.sizeBytes());
  }

  static DeviceMetadata readDevice(MetadataReader from) throws MalformedMetadataException {
    return new DeviceMetadata(
        from.getUuid(),
        from.getUuid(),
        from.getUuid(),
        from.getUuid(),
        from.getText(),
        from.getLong());
  }

  static void write(VolumeMetadata volume, MetadataWriter to) {
    to.putUuid(volume.id().uuid()).putText(volume.name());
    to.putLong(volume.geometry().sizeBytes()).putInt(volume.geometry().logicalBlockBytes());
    write(volume.layer(), to);
    write(volume.settings(), to);
    to.putShort(PHASES.indexOf(volume.phase()));
  }

  static VolumeMetadata readVolume(MetadataReader from) throws MalformedMetadataException {
    return new VolumeMetadata(
        new VolumeId(from.getUuid()),
        from.getText(),
        readGeometry(from),
        readLayer(from),
        readSettings(from),
        from.getOneOf(PHASES));
  }

  private static VolumeGeometry readGeometry(MetadataReader from)
      throws MalformedMetadataException {
    long sizeBytes = from.getLong();
    int blockBytes = from.getInt();
    require(
        sizeBytes > 0
            && sizeBytes % VolumeGeometry.BLOCK_BYTES == 0
            && (blockBytes == 512 || blockBytes == VolumeGeometry.BLOCK_BYTES),
        "no volume has that size and block");
    return new VolumeGeometry(sizeBytes, blockBytes);
  }

  private static void write(LayerMetadata layer, MetadataWriter to) {
    to.putInt(layer.id()).putInt(layer.keys().size());
    for (WrappedKey key : layer.keys()) {
      key.write(to.buffer(), to.skip(WrappedKey.LENGTH_BYTES));
    }
  }

  private static LayerMetadata readLayer(MetadataReader from) throws MalformedMetadataException {
    int id = from.getInt();
    int count = from.getCount(EntityRules.KEYS_MAX);
    List<WrappedKey> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = from.take(WrappedKey.LENGTH_BYTES);
      String complaint = WrappedKey.complaintAbout(from.buffer(), at, WrappedKey.LENGTH_BYTES);
      if (complaint != null) {
        throw new MalformedMetadataException(complaint);
      }
      keys.add(WrappedKey.read(from.buffer(), at));
    }
    return new LayerMetadata(id, keys);
  }

  private static void write(VolumeSettings settings, MetadataWriter to) {
    QosLimits qos = settings.qos();
    to.putShort(COMPRESSIONS.indexOf(settings.compression()));
    to.putLong(qos.iops()).putLong(qos.bytesPerSecond()).putInt(qos.burstMillis());
    to.putInt(settings.hosts().size());
    for (HostAccess host : settings.hosts()) {
      to.putText(host.name());
      to.putText(host.secretReference()).putText(host.mutualSecretReference());
    }
  }

  private static VolumeSettings readSettings(MetadataReader from)
      throws MalformedMetadataException {
    Compression compression = from.getOneOf(COMPRESSIONS);
    long iops = from.getLong();
    long bytesPerSecond = from.getLong();
    int burstMillis = from.getInt();
    require(QosLimits.arePossible(iops, bytesPerSecond, burstMillis), "no volume has those limits");
    int count = from.getCount(EntityRules.HOSTS_MAX);
    List<HostAccess> hosts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hosts.add(new HostAccess(from.getText(), from.getText(), from.getText()));
    }
    return new VolumeSettings(compression, new QosLimits(iops, bytesPerSecond, burstMillis), hosts);
  }
}
