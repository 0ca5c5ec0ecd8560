package io.ashlar.daemon.volume;

import io.ashlar.control.ByteSize;
import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.regex.Pattern;

/// What a volume may look like. Every refusal is [ProblemCode#INVALID_REQUEST] with a sentence.
final class VolumeRules {
  static final long SIZE_BYTES_MAX = 1L << 50;
  private static final int SMALL_BLOCK_BYTES = 512;
  private static final int HOSTS_MAX = 256;
  private static final int HOST_NAME_MAX = 223;

  /// Volumes' names become host-visible names, which have no underscores and no capitals.
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final Pattern HOST = Pattern.compile("(nqn|iqn|eui|naa)\\.[A-Za-z0-9.:_-]+");

  private VolumeRules() {}

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static void check(VolumeSpec spec) {
    require(
        isName(spec.name()),
        "'"
            + spec.name()
            + "' is no volume name: use 1 to 63 of a-z, 0-9 and '-', beginning and"
            + " ending with a letter or digit.");
    checkSize(spec.sizeBytes());
    require(
        spec.logicalBlockBytes() == SMALL_BLOCK_BYTES
            || spec.logicalBlockBytes() == VolumeGeometry.BLOCK_BYTES,
        "logicalBlockBytes is " + spec.logicalBlockBytes() + ": use 4096 or 512.");
    checkLimits(spec.qos());
    require(spec.hosts().size() <= HOSTS_MAX, "A volume admits at most 256 hosts by name.");
    spec.hosts().forEach(VolumeRules::checkHost);
  }

  static void checkSize(long sizeBytes) {
    require(
        sizeBytes > 0 && sizeBytes % VolumeGeometry.BLOCK_BYTES == 0,
        "A size of " + sizeBytes + " bytes is no multiple of 4 KiB.");
    require(
        sizeBytes <= SIZE_BYTES_MAX,
        "A size of " + ByteSize.format(sizeBytes) + " is beyond the largest volume, 1PiB.");
  }

  static void checkLimits(QosLimits qos) {
    require(
        qos.iops() >= 0 && qos.bytesPerSecond() >= 0,
        "Limits are 0 (none) or more requests or bytes per second.");
    require(
        qos.burstMillis() >= 1 && qos.burstMillis() <= QosLimits.BURST_MILLIS_MAX,
        "burstMillis is " + qos.burstMillis() + ": use 1 to 60000.");
  }

  static void checkHost(String host) {
    require(
        !host.equals(VolumeSpec.NO_HOST), "'" + host + "' stands for no host: give a host's name.");
    require(
        HOST.matcher(host).matches() && host.length() <= HOST_NAME_MAX,
        "'" + host + "' is no host name: give its NQN (nqn.…) or IQN (iqn.…).");
  }

  private static void require(boolean fact, String sentence) {
    if (!fact) {
      throw new ControlException(ProblemCode.INVALID_REQUEST, sentence);
    }
  }
}
