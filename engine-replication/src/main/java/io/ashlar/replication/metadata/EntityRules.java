package io.ashlar.replication.metadata;

import io.ashlar.core.transform.WrappedKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What must hold of a record, whoever proposes it. All limits are within what the codec can carry.
final class EntityRules {
  static final int HOSTS_MAX = 1024;

  /// Room for a rotation that is under way while another begins.
  static final int KEYS_MAX = 64;

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private EntityRules() {}

  /// What is wrong with a node's or pool's name, or with adding it to `present`; or null.
  static @Nullable String complaintAbout(String name, boolean isKnown, Map<UUID, ?> present) {
    if (!NAME.matcher(name).matches()) {
      return "'%s' is no name: use 1 to 63 of a-z, 0-9 and '-', with a letter or digit at both ends"
          .formatted(name);
    }
    return isKnown ? null : complaintAboutNumber(present);
  }

  /// What is wrong with where a node says it is, or null.
  static @Nullable String complaintAboutPlace(NodeMetadata node, Map<UUID, NodeMetadata> present) {
    NodeMetadata known = present.get(node.id());
    NodePlace before = known == null ? null : known.place();
    NodePlace place = node.place();
    if (place == null) {
      return before == null ? null : "node '%s' does not say where it is".formatted(node.name());
    }
    if (before != null && before.number() != place.number()) {
      return "node '%s' is number %d and cannot become %d"
          .formatted(node.name(), before.number(), place.number());
    }
    boolean isSound =
        place.number() > 0
            && !place.host().isBlank()
            && !isTooLong(place.host())
            && isPort(place.doorPort())
            && isPort(place.replicationPort())
            && isPort(place.metadataPort());
    if (!isSound) {
      return "node '%s' is at an impossible place".formatted(node.name());
    }
    if (!place.zone().isEmpty() && !NAME.matcher(place.zone()).matches()) {
      return "'%s' is no zone: use 1 to 63 of a-z, 0-9 and '-', with a letter or digit at both ends"
          .formatted(place.zone());
    }
    for (NodeMetadata other : present.values()) {
      NodePlace its = other.place();
      if (its != null && !other.id().equals(node.id()) && its.number() == place.number()) {
        return "node '%s' has the number %d already".formatted(other.name(), place.number());
      }
    }
    return null;
  }

  private static boolean isPort(int port) {
    return port > 0 && port <= NodePlace.PORT_MAX;
  }

  /// What is wrong with the device, or null.
  static @Nullable String complaintAbout(DeviceMetadata device, Map<UUID, DeviceMetadata> present) {
    if (device.sizeBytes() < 0 || isTooLong(device.path())) {
      return "device %s has an impossible size or path".formatted(device.id());
    }
    for (DeviceMetadata other : present.values()) {
      if (other.incarnation().equals(device.incarnation()) && !other.id().equals(device.id())) {
        return "device %s is a copy of %s: format one of them"
            .formatted(device.path(), other.path());
      }
    }
    return present.containsKey(device.id()) ? null : complaintAboutNumber(present);
  }

  private static @Nullable String complaintAboutNumber(Map<UUID, ?> present) {
    return present.size() < ClusterState.OTHERS_MAX
        ? null
        : "the cluster knows %d of these, its limit".formatted(ClusterState.OTHERS_MAX);
  }

  static boolean isTooLong(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length > MetadataWriter.TEXT_BYTES_MAX;
  }

  /// What is wrong with the volume, or null.
  static @Nullable String complaintAbout(VolumeMetadata volume) {
    if (!NAME.matcher(volume.name()).matches()) {
      return "'%s' is no volume name: use 1 to 63 of a-z, 0-9 and '-', with a letter or digit at both ends"
          .formatted(volume.name());
    }
    if (volume.settings().hosts().size() > HOSTS_MAX) {
      return "volume '%s' lists %d hosts, at most %d are possible"
          .formatted(volume.name(), volume.settings().hosts().size(), HOSTS_MAX);
    }
    for (HostAccess host : volume.settings().hosts()) {
      if (isTooLong(host.name())
          || isTooLong(host.secretReference())
          || isTooLong(host.mutualSecretReference())) {
        return "volume '%s' lists a host whose name or secret's name is too long"
            .formatted(volume.name());
      }
    }
    return complaintAboutKeys(volume);
  }

  /// What is wrong with `next` as the successor of `present`, or null.
  static @Nullable String complaintAboutChange(VolumeMetadata present, VolumeMetadata next) {
    if (!next.name().equals(present.name())
        || next.layer().id() != present.layer().id()
        || next.geometry().logicalBlockBytes() != present.geometry().logicalBlockBytes()) {
      return "name, layer and block size of volume '%s' stay as they were created"
          .formatted(present.name());
    }
    if (next.layer().isEncrypted() != present.layer().isEncrypted()) {
      return "volume '%s' stays %s: copy it to a new volume instead"
          .formatted(present.name(), present.layer().isEncrypted() ? "encrypted" : "plain");
    }
    if (!present.phase().mayBecome(next.phase())) {
      return "volume '%s' is %s and cannot become %s"
          .formatted(present.name(), present.phase(), next.phase());
    }
    return complaintAbout(next);
  }

  private static @Nullable String complaintAboutKeys(VolumeMetadata volume) {
    List<WrappedKey> keys = volume.layer().keys();
    if (keys.size() > KEYS_MAX) {
      return "volume '%s' has %d keys, at most %d are possible: let the re-encryption under way end first"
          .formatted(volume.name(), keys.size(), KEYS_MAX);
    }
    int last = 0;
    for (WrappedKey key : keys) {
      if (key.layer() != volume.layer().id() || key.generation() <= last) {
        return "the keys of volume '%s' must be its layer's own, by rising generation"
            .formatted(volume.name());
      }
      last = key.generation();
    }
    return null;
  }
}
