package io.ashlar.daemon.config;

import io.ashlar.control.ByteSize;
import io.ashlar.target.iscsi.IscsiTargetOptions;
import io.ashlar.target.iscsi.session.ChapAlgorithm;
import io.ashlar.target.iscsi.session.SessionLimits;
import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.KeepAliveLimits;
import io.ashlar.target.nvme.subsystem.QueueLimits;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// The targets' limits, checked against each other before the targets check them again: they say
/// what is wrong as code does, this says it as an option.
final class LimitsReader {
  /// A target's memory holds so many of its longest transfers, so that one cannot starve the rest.
  private static final int TRANSFERS_MIN = 8;

  /// NVMe counts the sizes of capsules so.
  private static final int CAPSULE_UNIT_BYTES = 16;

  private final ConfigValues values;
  private final List<String> errors;

  LimitsReader(ConfigValues values, List<String> errors) {
    this.values = values;
    this.errors = errors;
  }

  /// NVMe/TCP's limits; the defaults where there is an error.
  TargetLimits nvme() {
    int errorsBefore = errors.size();
    checkMultiple(ConfigKey.NVME_IN_CAPSULE_SIZE, CAPSULE_UNIT_BYTES);
    checkOrder(
        values.number(ConfigKey.NVME_KEEP_ALIVE_MIN),
        ConfigKey.NVME_KEEP_ALIVE_MIN,
        values.number(ConfigKey.NVME_KEEP_ALIVE_MAX),
        ConfigKey.NVME_KEEP_ALIVE_MAX);
    checkOrder(
        values.size(ConfigKey.NVME_IN_CAPSULE_SIZE),
        ConfigKey.NVME_IN_CAPSULE_SIZE,
        values.size(ConfigKey.NVME_MAX_TRANSFER),
        ConfigKey.NVME_MAX_TRANSFER);
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
    KeepAliveLimits keepAlive = KeepAliveLimits.DEFAULT;
    return new TargetLimits(
        new QueueLimits(
            values.number(ConfigKey.NVME_QUEUES_PER_HOST),
            values.number(ConfigKey.NVME_QUEUE_DEPTH),
            (int) values.size(ConfigKey.NVME_IN_CAPSULE_SIZE),
            (int) values.size(ConfigKey.NVME_MAX_TRANSFER),
            QueueLimits.DEFAULT.asyncEventRequestsMax(),
            values.size(ConfigKey.NVME_BUFFER_SIZE)),
        new ConnectionLimits(
            values.number(ConfigKey.NVME_CONNECTIONS),
            Math.min(
                values.number(ConfigKey.NVME_CONNECTIONS_PER_ADDRESS),
                values.number(ConfigKey.NVME_CONNECTIONS)),
            values.number(ConfigKey.NVME_CONTROLLERS_PER_HOST),
            values.number(ConfigKey.NVME_LOGIN_TIMEOUT),
            ConnectionLimits.DEFAULT.lingerMs()),
        new KeepAliveLimits(
            values.number(ConfigKey.NVME_KEEP_ALIVE_MIN),
            values.number(ConfigKey.NVME_KEEP_ALIVE_MAX),
            keepAlive.granularityMs(),
            keepAlive.restMs()),
        values.flag(ConfigKey.NVME_DIGESTS) ? DigestPolicy.ALLOWED : DigestPolicy.REFUSED);
  }

  /// iSCSI's limits; the defaults where there is an error.
  IscsiTargetOptions iscsi() {
    int errorsBefore = errors.size();
    checkBuffer(ConfigKey.ISCSI_BUFFER_SIZE, ConfigKey.ISCSI_MAX_BURST);
    checkMultiple(ConfigKey.ISCSI_MAX_BURST, Integer.BYTES);
    checkMultiple(ConfigKey.ISCSI_FIRST_BURST, Integer.BYTES);
    checkMultiple(ConfigKey.ISCSI_DATA_SEGMENT, Integer.BYTES);
    if (values.isSaid(ConfigKey.ISCSI_FIRST_BURST)) {
      checkOrder(
          values.size(ConfigKey.ISCSI_FIRST_BURST),
          ConfigKey.ISCSI_FIRST_BURST,
          values.size(ConfigKey.ISCSI_MAX_BURST),
          ConfigKey.ISCSI_MAX_BURST);
    }
    if (values.flag(ConfigKey.ISCSI_CHAP_DISCOVERY)
        && values.text(ConfigKey.ISCSI_CHAP_FILE).isEmpty()) {
      errors.add(
          values.origin(ConfigKey.ISCSI_CHAP_DISCOVERY)
              + ": iscsi.chap-discovery needs the secrets of iscsi.chap-file.");
    }
    return errors.size() > errorsBefore ? IscsiTargetOptions.DEFAULT : iscsiOptions();
  }

  private IscsiTargetOptions iscsiOptions() {
    int burst = (int) values.size(ConfigKey.ISCSI_MAX_BURST);
    return new IscsiTargetOptions(
        new SessionLimits(
            values.number(ConfigKey.ISCSI_QUEUE_DEPTH),
            (int) values.size(ConfigKey.ISCSI_DATA_SEGMENT),
            burst,
            Math.min((int) values.size(ConfigKey.ISCSI_FIRST_BURST), burst),
            TimeUnit.MILLISECONDS.toNanos(values.number(ConfigKey.ISCSI_LOGIN_TIMEOUT)),
            TimeUnit.MILLISECONDS.toNanos(values.number(ConfigKey.ISCSI_IDLE_TIMEOUT))),
        chapAlgorithms(),
        values.flag(ConfigKey.ISCSI_CHAP_DISCOVERY),
        Listeners.advertised(values, ConfigKey.ISCSI_ADVERTISE),
        values.size(ConfigKey.ISCSI_BUFFER_SIZE),
        values.number(ConfigKey.ISCSI_CONNECTIONS));
  }

  private List<ChapAlgorithm> chapAlgorithms() {
    return values.list(ConfigKey.ISCSI_CHAP_ALGORITHMS).stream()
        .map(name -> ChapAlgorithm.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
        .distinct()
        .toList();
  }

  private void checkMultiple(ConfigKey key, int unitBytes) {
    if (values.size(key) % unitBytes != 0) {
      errors.add(
          "%s: %s must be a multiple of %d bytes."
              .formatted(values.origin(key), key.key(), unitBytes));
    }
  }

  private void checkOrder(long less, ConfigKey lessKey, long more, ConfigKey moreKey) {
    if (less > more) {
      ConfigKey said = values.isSaid(lessKey) ? lessKey : moreKey;
      errors.add(
          "%s: %s must not be more than %s, which is %s."
              .formatted(values.origin(said), lessKey.key(), moreKey.key(), values.text(moreKey)));
    }
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
