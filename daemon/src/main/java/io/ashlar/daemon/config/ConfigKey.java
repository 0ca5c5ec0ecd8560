package io.ashlar.daemon.config;

import io.ashlar.target.iscsi.session.Portal;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Every option there is: its key, what kind of value it takes, its default and what it does.
public enum ConfigKey {
  NODE_NAME(
      "node.name",
      Kind.NAME,
      "",
      "The node's name in answers, logs and metrics. Empty: the machine's host name."),
  DATA_DIRECTORY(
      "data.directory",
      Kind.PATH,
      "./ashlar-data",
      "Where the daemon keeps the pool's file, its metadata, the key file and the API token."
          + " Created at first start, for its owner only."),
  POOL_DEVICE(
      "pool.device",
      Kind.PATH,
      "",
      "The disk, partition or file that holds the pool. Empty: `pool.img` in the data directory. A"
          + " device is formatted at first start only if it begins with zeroes. `memory`: no disk at"
          + " all, to try and to measure; everything is lost at the end."),
  POOL_SIZE(
      "pool.size",
      Kind.SIZE,
      "16GiB",
      "Size of the pool's file when it is made at first start; it grows into it sparsely. Ignored"
          + " for disks. Of a pool in memory, its size."),
  POOL_COMPLETION(
      "pool.completion",
      Kind.COMPLETION,
      "interrupt",
      "How the daemon learns that the pool's disk is done. `poll`: it looks by itself (IOPOLL), for"
          + " less latency at the price of a busy core while reads and writes are under way; needs"
          + " a driver with poll queues (`nvme.poll_queues=1` on the kernel's command line), and is"
          + " `interrupt` where there are none, which the log says. `submission-thread`: as"
          + " `interrupt`, with a thread of the kernel's that takes requests (SQPOLL), for a core"
          + " of its own."),
  POOL_KEK_FILE(
      "pool.kek-file",
      Kind.PATH,
      "",
      "The file with the key that wraps the volumes' keys (key encryption key). Empty: `kek` in"
          + " the data directory. Made at first start; refused if anybody but its owner can read it."
          + " Without it the data is lost: keep a copy elsewhere."),
  ENGINE_SHARDS(
      "engine.shards",
      Kind.COUNT.within(1, 1),
      "1",
      "Event loops that serve volumes, each a thread with its own log. This version serves one."),
  ENGINE_INDEX_BUDGET(
      "engine.index-budget",
      Kind.SIZE.within(16L << 20, 64L << 30),
      "64MiB",
      "Memory for the index's pages; what does not fit is read from the device when it is needed."),
  ENGINE_SPIN_MICROSECONDS(
      "engine.spin-us",
      Kind.COUNT.within(0, 1_000),
      "50",
      "For how many µs a shard looks for more work before it sleeps: less latency under load, at the"
          + " price of that much processor time after the last request."),
  SCRUB_INTERVAL(
      "scrub.interval",
      Kind.DURATION.within(3_600, 3_650L * 86_400),
      "30d",
      "How far apart passes over all stored data begin by themselves (scrub), restarts or not; each"
          + " takes that time at most, at 1MiB/s or more. 0: only when `ashlar pool scrub start`"
          + " asks."),
  MANAGEMENT_LISTEN(
      "management.listen", Kind.HOST, "127.0.0.1", "Address or interface of the management API."),
  MANAGEMENT_PORT("management.port", Kind.PORT, "7480", "Its TCP port; 0 takes a free one."),
  NVME_ENABLED("nvme.enabled", Kind.FLAG, "true", "Whether volumes are served over NVMe/TCP."),
  NVME_LISTEN(
      "nvme.listen",
      Kind.HOSTS,
      "127.0.0.1",
      "Addresses or interfaces (`[10.0.0.5, storage0]`) of the NVMe/TCP listeners: the storage"
          + " network."),
  NVME_PORT("nvme.port", Kind.PORT, "4420", "TCP port of the NVMe/TCP listeners."),
  NVME_DISCOVERY_PORT(
      "nvme.discovery-port", Kind.PORT, "8009", "TCP port of the NVMe discovery listeners."),
  NVME_QUEUE_DEPTH(
      "nvme.queue-depth",
      Kind.COUNT.within(2, 4096),
      "128",
      "Entries of an I/O queue, which hosts are told; one less can be under way."),
  NVME_QUEUES_PER_HOST(
      "nvme.queues-per-host",
      Kind.COUNT.within(1, 1024),
      "16",
      "I/O queues that one host may have to one volume, each a connection."),
  NVME_MAX_TRANSFER(
      "nvme.max-transfer",
      Kind.SIZE.within(16 << 10, 1 << 20),
      "1MiB",
      "Data of one command, which hosts are told as MDTS; a power of two."),
  NVME_IN_CAPSULE_SIZE(
      "nvme.in-capsule-size",
      Kind.SIZE.within(4 << 10, 64 << 10),
      "16KiB",
      "Data that a write may bring along without being asked for it, which hosts are told; a"
          + " multiple of 16 bytes."),
  NVME_KEEP_ALIVE_MIN(
      "nvme.keep-alive-min-ms",
      Kind.COUNT.within(100, 3_600_000),
      "1000",
      "The shortest keep-alive timeout that a host may ask for."),
  NVME_KEEP_ALIVE_MAX(
      "nvme.keep-alive-max-ms",
      Kind.COUNT.within(100, 3_600_000),
      "600000",
      "The longest one. A host that is silent for twice its timeout is taken for dead."),
  NVME_DIGESTS(
      "nvme.digests",
      Kind.FLAG,
      "true",
      "Whether hosts that ask for header and data digests get them."),
  NVME_ADVERTISE(
      "nvme.advertise",
      Kind.ENDPOINTS,
      "",
      "Where discovery says that volumes are, for hosts behind address translation. Empty: at the"
          + " address by which the host came."),
  NVME_CONTROLLERS_PER_HOST(
      "nvme.controllers-per-host",
      Kind.COUNT.within(1, 1024),
      "16",
      "Controllers that one host may have on one volume, each an association of its own."),
  NVME_LOGIN_TIMEOUT(
      "nvme.login-timeout-ms",
      Kind.COUNT.within(100, 600_000),
      "10000",
      "How long a connection may take from its first byte to the end of Connect."),
  NVME_CONNECTIONS(
      "nvme.connections",
      Kind.COUNT.within(1, 1_000_000),
      "20000",
      "NVMe/TCP connections in all; further ones are closed at once."),
  NVME_CONNECTIONS_PER_ADDRESS(
      "nvme.connections-per-address",
      Kind.COUNT.within(1, 1_000_000),
      "16384",
      "NVMe/TCP connections from one address."),
  NVME_BUFFER_SIZE(
      "nvme.buffer-size",
      Kind.SIZE.within(128 << 10, 64L << 30),
      "64MiB",
      "Memory for NVMe/TCP data on its way, taken when it is needed. Eight times"
          + " `nvme.max-transfer` or more."),
  ISCSI_ENABLED("iscsi.enabled", Kind.FLAG, "true", "Whether volumes are served over iSCSI."),
  ISCSI_LISTEN(
      "iscsi.listen", Kind.HOSTS, "127.0.0.1", "Addresses or interfaces of the iSCSI portals."),
  ISCSI_PORT("iscsi.port", Kind.PORT, "3260", "TCP port of the iSCSI portals."),
  ISCSI_QUEUE_DEPTH(
      "iscsi.queue-depth",
      Kind.COUNT.within(1, 4096),
      "128",
      "Commands that one session may have under way."),
  ISCSI_MAX_BURST(
      "iscsi.max-burst",
      Kind.SIZE.within(64 << 10, 8 << 20),
      "1MiB",
      "The longest MaxBurstLength that is agreed to."),
  ISCSI_FIRST_BURST(
      "iscsi.first-burst",
      Kind.SIZE.within(512, 1 << 20),
      "256KiB",
      "The longest FirstBurstLength that is agreed to: data that comes unasked. Not more than"
          + " `iscsi.max-burst`."),
  ISCSI_DATA_SEGMENT(
      "iscsi.data-segment",
      Kind.SIZE.within(512, 1 << 20),
      "256KiB",
      "The MaxRecvDataSegmentLength that is declared: the longest piece of data in one PDU."),
  ISCSI_LOGIN_TIMEOUT(
      "iscsi.login-timeout-ms",
      Kind.COUNT.within(100, 600_000),
      "10000",
      "How long a login may take."),
  ISCSI_IDLE_TIMEOUT(
      "iscsi.idle-timeout-ms",
      Kind.COUNT.within(1000, 3_600_000),
      "30000",
      "After how much silence an initiator is asked whether it is there; it is cut off after as much"
          + " again."),
  ISCSI_ADVERTISE(
      "iscsi.advertise",
      Kind.ENDPOINTS,
      "",
      "Where discovery says that targets are, for initiators behind address translation. Empty: at"
          + " the address by which the initiator came."),
  ISCSI_CONNECTIONS(
      "iscsi.connections",
      Kind.COUNT.within(1, 1_000_000),
      "16384",
      "iSCSI connections in all; further ones are closed at once."),
  ISCSI_BUFFER_SIZE(
      "iscsi.buffer-size",
      Kind.SIZE.within(Portal.BUFFER_BYTES_MIN, 64L << 30),
      "64MiB",
      "Memory for iSCSI data on its way, taken when it is needed. Eight times `iscsi.max-burst` or"
          + " more."),
  ISCSI_CHAP_FILE(
      "iscsi.chap-file",
      Kind.PATH,
      "",
      "File, readable by its owner only, with the CHAP names and secrets of initiators, one per"
          + " line; see operating.md. Empty: initiators do not authenticate."),
  ISCSI_CHAP_ALGORITHMS(
      "iscsi.chap-algorithms",
      Kind.CHAP_ALGORITHMS,
      "[sha-256, sha3-256]",
      "The hashes that CHAP may use. Add md5 or sha-1 only for initiators that know no other: both"
          + " are broken."),
  ISCSI_CHAP_DISCOVERY(
      "iscsi.chap-discovery",
      Kind.FLAG,
      "false",
      "Whether discovery sessions must prove themselves too, before they see a target's name."),
  CLUSTER_ADDRESS(
      "cluster.address",
      Kind.HOST_OR_NONE,
      "",
      "The node's one address on the storage network, by which the other nodes of a cluster find it;"
          + " the same for ever. Empty: the node stays alone. See cluster.md."),
  CLUSTER_RANGE(
      "cluster.range",
      Kind.RANGE,
      "",
      "The addresses of the storage network, such as 10.20.0.0/24: nodes talk to no other address"
          + " and listen to no other. Needed where `cluster.address` is named."),
  CLUSTER_PORT(
      "cluster.port",
      Kind.PORT.within(1, 65_535),
      "7481",
      "TCP port for nodes that join and for what nodes ask each other, by TLS."),
  CLUSTER_REPLICATION_PORT(
      "cluster.replication-port",
      Kind.PORT.within(1, 65_535),
      "7482",
      "TCP port of the storage network, by TLS with certificates on both ends."),
  CLUSTER_METADATA_PORT(
      "cluster.metadata-port",
      Kind.PORT.within(1, 65_535),
      "7483",
      "TCP port on which nodes agree on the metadata (Raft), by TLS with certificates on both ends."),
  CLUSTER_ZONE(
      "cluster.zone",
      Kind.NAME,
      "",
      "What the node shares with others that may fail together with it: a rack, a room, a site."),
  INSECURE(
      "insecure",
      Kind.FLAG,
      "false",
      "Lets hosts connect from other machines without authentication, and the management API be"
          + " reached over plain HTTP. Whoever reaches the ports can read and write every volume"
          + " without a host list."),
  LOG_LEVEL("log.level", Kind.LEVEL, "info", "Least serious level that is logged."),
  LOG_FORMAT(
      "log.format",
      Kind.LOG_FORMAT,
      "text",
      "`text` for people, `json` with one object per line for collectors.");

  private final String key;

  @SuppressWarnings("ImmutableEnumChecker") // a record of texts and numbers
  private final Kind kind;

  private final String defaultText;
  private final String sentence;

  ConfigKey(String key, Kind kind, String defaultText, String sentence) {
    this.key = key;
    this.kind = kind;
    this.defaultText = defaultText;
    this.sentence = sentence;
  }

  /// As in the file, with dots between the levels: `nvme.discovery-port`.
  public String key() {
    return key;
  }

  Kind kind() {
    return kind;
  }

  String defaultText() {
    return defaultText;
  }

  /// What the option does, for people.
  public String sentence() {
    return sentence;
  }

  /// As in the environment: `ASHLAR__NVME__DISCOVERY_PORT`. Two underscores, because Kubernetes
  /// fills the environment with names such as `ASHLAR_NVME_PORT` of its own making.
  public String environmentName() {
    return "ASHLAR__" + key.toUpperCase(Locale.ROOT).replace(".", "__").replace('-', '_');
  }

  static @Nullable ConfigKey of(String key) {
    return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst().orElse(null);
  }

  static @Nullable ConfigKey ofEnvironment(String name) {
    return Arrays.stream(values())
        .filter(each -> each.environmentName().equals(name))
        .findFirst()
        .orElse(null);
  }
}
