package io.ashlar.daemon.config;

import io.ashlar.control.ByteSize;
import io.ashlar.target.iscsi.IscsiTargetOptions;
import io.ashlar.target.iscsi.session.SessionLimits;
import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.util.List;

/// The targets' limits, checked against each other before the targets check them again: they say
/// what is wrong as code does, this says it as an option.
final class LimitsReader {
  /// A target's memory holds so many of its longest transfers, so that one cannot starve the rest.
  private static final int TRANSFERS_MIN = 8;

  private final ConfigValues values;
  private final List<String> errors;

  LimitsReader(ConfigValues values, List<String> errors) {
    this.values = values;
    this.errors = errors;
  }

  /// NVMe/TCP's limits; the defaults where there is an error.
  TargetLimits nvme() {
    int errorsBefore = errors.size();
    checkPowerOfTwo(ConfigKey.NVME_MAX_TRANSFER);
    checkBuffer(ConfigKey.NVME_BUFFER_SIZE, ConfigKey.NVME_MAX_TRANSFER);
    if (values.isSaid(ConfigKey.NVME_CONNECTIONS_PER_ADDRESS)
        && values.number(ConfigKey.NVME_CONNECTIONS_PER_ADDRESS)
            > values.number(ConfigKey.NVME_CONNECTIONS)) {
      errors.add(
          values.origin(ConfigKey.NVME_CONNECTIONS_PER_ADDRESS)
              + ": nvme.connections-per-address must not be more than nvme.connections, which is "
              + values.text(ConfigKey.NVME_CONNECTIONS)
              + ".");
    }
    return errors.size() > errorsBefore ? TargetLimits.DEFAULT : nvmeLimits();
  }

  private TargetLimits nvmeLimits() {
    QueueLimits queues = QueueLimits.DEFAULT;
    ConnectionLimits connections = ConnectionLimits.DEFAULT;
    return new TargetLimits(
        new QueueLimits(
            values.number(ConfigKey.NVME_QUEUES_PER_HOST),
            values.number(ConfigKey.NVME_QUEUE_DEPTH),
            queues.inCapsuleBytesMax(),
            (int) values.size(ConfigKey.NVME_MAX_TRANSFER),
            queues.asyncEventRequestsMax(),
            values.size(ConfigKey.NVME_BUFFER_SIZE)),
        new ConnectionLimits(
            values.number(ConfigKey.NVME_CONNECTIONS),
            Math.min(
                values.number(ConfigKey.NVME_CONNECTIONS_PER_ADDRESS),
                values.number(ConfigKey.NVME_CONNECTIONS)),
            connections.controllersPerHostMax(),
            connections.loginTimeoutMs(),
            connections.lingerMs()),
        TargetLimits.DEFAULT.keepAlive(),
        TargetLimits.DEFAULT.digests());
  }

  /// iSCSI's limits; the defaults where there is an error.
  IscsiTargetOptions iscsi() {
    int errorsBefore = errors.size();
    checkBuffer(ConfigKey.ISCSI_BUFFER_SIZE, ConfigKey.ISCSI_MAX_BURST);
    if (values.size(ConfigKey.ISCSI_MAX_BURST) % Integer.BYTES != 0) {
      errors.add(
          values.origin(ConfigKey.ISCSI_MAX_BURST)
              + ": iscsi.max-burst must be a multiple of 4 bytes.");
    }
    return errors.size() > errorsBefore ? IscsiTargetOptions.DEFAULT : iscsiOptions();
  }

  private IscsiTargetOptions iscsiOptions() {
    IscsiTargetOptions standard = IscsiTargetOptions.DEFAULT;
    SessionLimits limits = standard.limits();
    int burst = (int) values.size(ConfigKey.ISCSI_MAX_BURST);
    return new IscsiTargetOptions(
        new SessionLimits(
            values.number(ConfigKey.ISCSI_QUEUE_DEPTH),
            limits.dataSegmentBytesMax(),
            burst,
            Math.min(limits.firstBurstBytesMax(), burst),
            limits.loginNs(),
            limits.idleNs()),
        standard.chapAlgorithms(),
        standard.discoveryNeedsProof(),
        standard.addresses(),
        values.size(ConfigKey.ISCSI_BUFFER_SIZE),
        values.number(ConfigKey.ISCSI_CONNECTIONS));
  }

  private void checkPowerOfTwo(ConfigKey key) {
    if (Long.bitCount(values.size(key)) != 1) {
      errors.add(
          "%s: %s must be a power of two, such as 256KiB, and is '%s'."
              .formatted(values.origin(key), key.key(), values.text(key)));
    }
  }

  private void checkBuffer(ConfigKey buffer, ConfigKey transfer) {
    long least = TRANSFERS_MIN * values.size(transfer);
    if (values.size(buffer) < least) {
      errors.add(
          "%s: %s must be %s or more: eight times %s."
              .formatted(
                  values.origin(buffer), buffer.key(), ByteSize.format(least), transfer.key()));
    }
  }
}
