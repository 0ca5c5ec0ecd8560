package io.ashlar.control;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one asks for when one creates a volume. Creating the same specification under the same name
/// again answers with the volume that is there.
///
/// @param name 1 to 63 of `a-z`, `0-9`, `-`, beginning and ending with a letter or digit
/// @param sizeBytes capacity as hosts see it, a multiple of 4 KiB
/// @param logicalBlockBytes 4096, or 512
/// @param encrypted whether blocks are sealed with the volume's own key
/// @param compressed whether blocks are compressed where it pays
/// @param qos limits
/// @param hosts NQNs and IQNs that may connect; empty admits every host that reaches the listener
public record VolumeSpec(
    String name,
    long sizeBytes,
    int logicalBlockBytes,
    boolean encrypted,
    boolean compressed,
    QosLimits qos,
    List<String> hosts) {
  public static final int LOGICAL_BLOCK_BYTES_DEFAULT = 4096;

  public VolumeSpec {
    hosts = List.copyOf(hosts);
  }

  /// As read from JSON, where all but the name and the size may be left out.
  @JsonCreator
  static VolumeSpec of(
      @JsonProperty(value = "name", required = true) String name,
      @JsonProperty(value = "sizeBytes", required = true) long sizeBytes,
      @JsonProperty("logicalBlockBytes") @Nullable Integer logicalBlockBytes,
      @JsonProperty("encrypted") @Nullable Boolean encrypted,
      @JsonProperty("compressed") @Nullable Boolean compressed,
      @JsonProperty("qos") @Nullable QosLimits qos,
      @JsonProperty("hosts") @Nullable List<String> hosts) {
    return new VolumeSpec(
        name,
        sizeBytes,
        logicalBlockBytes == null ? LOGICAL_BLOCK_BYTES_DEFAULT : logicalBlockBytes,
        encrypted == null || encrypted,
        compressed == null || compressed,
        qos == null ? QosLimits.UNLIMITED : qos,
        hosts == null ? List.of() : hosts);
  }

  /// A volume with every default: 4 KiB blocks, encrypted, compressed, without limits or host list.
  public static VolumeSpec of(String name, long sizeBytes) {
    return of(name, sizeBytes, null, null, null, null, null);
  }
}
