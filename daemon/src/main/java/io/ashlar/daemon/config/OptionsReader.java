package io.ashlar.daemon.config;

import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.target.nvme.TargetOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// From texts to [DaemonOptions], with the checks that need more than one option.
final class OptionsReader {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long POOL_BYTES_MIN = 1L << 30;

  private final List<String> errors = new ArrayList<>();

  DaemonOptions read(ConfigSources sources) throws ConfigException {
    ConfigValues values = sources.read(errors);
    DaemonOptions options = compose(values);
    checkExposure(options, values);
    checkPorts(options);
    if (options.storage().poolFileBytes() < POOL_BYTES_MIN) {
      errors.add(
          values.origin(ConfigKey.POOL_SIZE) + ": pool.size must be 1GiB or more, to hold a log.");
    }
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
    return options;
  }

  private DaemonOptions compose(ConfigValues values) {
    Path data = values.path(ConfigKey.DATA_DIRECTORY, Path.of("ashlar-data"));
    List<InetSocketAddress> management =
        new Listeners(errors)
            .resolve(values, ConfigKey.MANAGEMENT_LISTEN, ConfigKey.MANAGEMENT_PORT);
    ClusterReader cluster = new ClusterReader(values, errors);
    return new DaemonOptions(
        cluster.nodeName(nodeName(values)),
        values.flag(ConfigKey.INSECURE),
        new DaemonOptions.Storage(
            data,
            values.path(ConfigKey.POOL_DEVICE, data.resolve("pool.img")),
            values.size(ConfigKey.POOL_SIZE),
            completion(values),
            values.path(ConfigKey.POOL_KEK_FILE, data.resolve("kek"))),
        new DaemonOptions.Engine(
            values.number(ConfigKey.ENGINE_SHARDS),
            values.size(ConfigKey.ENGINE_INDEX_BUDGET),
            values.number(ConfigKey.ENGINE_SPIN_MICROSECONDS) * NANOS_PER_MICRO,
            TimeUnit.SECONDS.toNanos(values.seconds(ConfigKey.SCRUB_INTERVAL))),
        management.isEmpty() ? new InetSocketAddress(0) : management.getFirst(),
        nvme(values),
        iscsi(values),
        cluster.read(),
        new DaemonOptions.Logging(
            values.text(ConfigKey.LOG_LEVEL).toLowerCase(Locale.ROOT),
            values.text(ConfigKey.LOG_FORMAT).toLowerCase(Locale.ROOT)));
  }

  private static CompletionMode completion(ConfigValues values) {
    return switch (values.text(ConfigKey.POOL_COMPLETION).toLowerCase(Locale.ROOT)) {
      case "poll" -> CompletionMode.DEVICE_POLL;
      case "submission-thread" -> CompletionMode.SUBMISSION_THREAD;
      // What is none of these was complained of when it was read.
      default -> CompletionMode.INTERRUPT;
    };
  }

  private static String nodeName(ConfigValues values) {
    String name = values.text(ConfigKey.NODE_NAME);
    if (!name.isEmpty()) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "node";
    }
  }

  private DaemonOptions.Nvme nvme(ConfigValues values) {
    Listeners listeners = new Listeners(errors);
    TargetOptions target =
        new TargetOptions(
            new LimitsReader(values, errors).nvme(),
            listeners.endpoints(values, ConfigKey.NVME_ADVERTISE));
    if (!values.flag(ConfigKey.NVME_ENABLED)) {
      return new DaemonOptions.Nvme(List.of(), List.of(), target);
    }
    List<InetSocketAddress> listen =
        listeners.resolve(values, ConfigKey.NVME_LISTEN, ConfigKey.NVME_PORT);
    int discoveryPort = values.number(ConfigKey.NVME_DISCOVERY_PORT);
    return new DaemonOptions.Nvme(
        listen,
        listen.stream()
            .map(each -> new InetSocketAddress(each.getAddress(), discoveryPort))
            .toList(),
        target);
  }

  private DaemonOptions.Iscsi iscsi(ConfigValues values) {
    String chapFile = values.text(ConfigKey.ISCSI_CHAP_FILE);
    var _ = new Listeners(errors).endpoints(values, ConfigKey.ISCSI_ADVERTISE);
    return new DaemonOptions.Iscsi(
        values.flag(ConfigKey.ISCSI_ENABLED)
            ? new Listeners(errors).resolve(values, ConfigKey.ISCSI_LISTEN, ConfigKey.ISCSI_PORT)
            : List.of(),
        chapFile.isEmpty() ? null : Path.of(chapFile),
        new LimitsReader(values, errors).iscsi());
  }

  /// Nobody from another machine gets at data, or at the API's token, without having proved who
  /// they are, unless the operator said so in as many words.
  private void checkExposure(DaemonOptions options, ConfigValues values) {
    if (options.insecure()) {
      return;
    }
    if (isExposed(List.of(options.management()))) {
      errors.add(
          values.origin(ConfigKey.MANAGEMENT_LISTEN)
              + ": management.listen leaves this machine, and the API speaks plain HTTP. Keep it on"
              + " 127.0.0.1 behind a TLS proxy, or set 'insecure: true' on a network you trust.");
    }
    if (isExposed(options.nvme().listen())) {
      errors.add(
          values.origin(ConfigKey.NVME_LISTEN)
              + ": nvme.listen leaves this machine, and NVMe hosts cannot authenticate in this"
              + " version. Listen on 127.0.0.1, set 'nvme.enabled: false', or set 'insecure: true'"
              + " on a network you trust.");
    }
    if (isExposed(options.iscsi().listen()) && options.iscsi().chapFile() == null) {
      errors.add(
          values.origin(ConfigKey.ISCSI_LISTEN)
              + ": iscsi.listen leaves this machine without CHAP. Set 'iscsi.chap-file', listen on"
              + " 127.0.0.1, or set 'insecure: true' on a network you trust.");
    }
  }

  private static boolean isExposed(List<InetSocketAddress> addresses) {
    return addresses.stream().anyMatch(each -> !each.getAddress().isLoopbackAddress());
  }

  private void checkPorts(DaemonOptions options) {
    List<InetSocketAddress> all = new ArrayList<>();
    all.add(options.management());
    all.addAll(options.nvme().listen());
    all.addAll(options.nvme().discovery());
    all.addAll(options.iscsi().listen());
    DaemonOptions.Cluster cluster = options.cluster();
    if (cluster != null) {
      all.add(new InetSocketAddress(cluster.address(), cluster.port()));
      all.add(new InetSocketAddress(cluster.address(), cluster.replicationPort()));
      all.add(new InetSocketAddress(cluster.address(), cluster.metadataPort()));
    }
    all.stream()
        .filter(each -> each.getPort() != 0)
        .filter(each -> all.indexOf(each) != all.lastIndexOf(each))
        .distinct()
        .forEach(each ->
            errors.add(
                each.getAddress().getHostAddress()
                    + ":"
                    + each.getPort()
                    + " is given to more than one listener: give each its own port."));
  }
}
