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

  /// Alone on a volume's host list: no host may connect. No host is admitted under this name.
  public static final String NO_HOST = "nqn.2026-11.io.ashlar:no-host";

  public VolumeSpec {
    hosts = List.copyOf(hosts);
  }

  /// A specification as written, where all but the name and the size may be left out.
  record Draft(
      @JsonProperty(required = true) String name,
      @JsonProperty(required = true) long sizeBytes,
      @Nullable Integer logicalBlockBytes,
      @Nullable Boolean encrypted,
      @Nullable Boolean compressed,
      @Nullable QosLimits qos,
      @Nullable List<String> hosts) {}

  /// Fills in what a draft leaves out.
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static VolumeSpec of(Draft draft) {
    return new VolumeSpec(
        draft.name,
        draft.sizeBytes,
        draft.logicalBlockBytes == null ? LOGICAL_BLOCK_BYTES_DEFAULT : draft.logicalBlockBytes,
        draft.encrypted == null || draft.encrypted,
        draft.compressed == null || draft.compressed,
        draft.qos == null ? QosLimits.UNLIMITED : draft.qos,
        draft.hosts == null ? List.of() : draft.hosts);
  }

  /// A volume with every default: 4 KiB blocks, encrypted, compressed, without limits or host list.
  public static VolumeSpec of(String name, long sizeBytes) {
    return of(new Draft(name, sizeBytes, null, null, null, null, null));
  }
}
