package io.ashlar.daemon.config;

import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.replication.network.AddressRange;
import io.ashlar.target.iscsi.IscsiTargetOptions;
import io.ashlar.target.nvme.TargetOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The daemon's configuration, checked.
///
/// @param nodeName the node's name
/// @param insecure whether hosts may connect from other machines without authentication
/// @param cluster null on a node that stays alone
public record DaemonOptions(
    String nodeName,
    boolean insecure,
    Storage storage,
    Engine engine,
    InetSocketAddress management,
    Nvme nvme,
    Iscsi iscsi,
    @Nullable Cluster cluster,
    Logging logging) {

  /// Where data lives.
  ///
  /// @param dataDirectory for everything that is not the pool's device
  /// @param poolDevice the pool's disk or file, or [#MEMORY]
  /// @param poolFileBytes the size of a pool's file that is made, or of a pool in memory
  /// @param completion how the end of the pool's requests is found
  /// @param kekFile the key encryption key
  public record Storage(
      Path dataDirectory,
      Path poolDevice,
      long poolFileBytes,
      CompletionMode completion,
      Path kekFile) {
    /// Stands for a pool in memory, where a path would be.
    static final Path MEMORY = Path.of("memory");

    /// Whether the pool is memory, for trying out and measuring, and lost at the end.
    public boolean isPoolInMemory() {
      return poolDevice.equals(MEMORY);
    }
  }

  /// The shards.
  ///
  /// @param shards how many
  /// @param indexBudgetBytes memory for index pages
  /// @param spinNs how long a loop looks for work before it sleeps
  /// @param scrubIntervalNs how far apart scrubs begin by themselves; 0 for never
  public record Engine(int shards, long indexBudgetBytes, long spinNs, long scrubIntervalNs) {}

  /// NVMe/TCP.
  ///
  /// @param listen the listeners; empty if it is not served
  /// @param discovery the discovery listeners
  /// @param target what hosts may use, and what discovery tells them
  public record Nvme(
      List<InetSocketAddress> listen, List<InetSocketAddress> discovery, TargetOptions target) {
    public Nvme {
      listen = List.copyOf(listen);
      discovery = List.copyOf(discovery);
    }
  }

  /// iSCSI.
  ///
  /// @param listen the portals; empty if it is not served
  /// @param chapFile the initiators' secrets; null if initiators do not authenticate
  /// @param target what initiators may use, and how they prove themselves
  public record Iscsi(
      List<InetSocketAddress> listen, @Nullable Path chapFile, IscsiTargetOptions target) {
    public Iscsi {
      listen = List.copyOf(listen);
    }
  }

  /// Where the other nodes of a cluster find this one.
  ///
  /// @param address the one on the storage network
  /// @param range of the storage network: traffic stays in it
  /// @param port for nodes that join and for what nodes ask each other
  /// @param replicationPort of the storage network
  /// @param metadataPort of Raft
  /// @param zone what it shares with nodes that may fail together with it; empty for nothing
  public record Cluster(
      InetAddress address,
      AddressRange range,
      int port,
      int replicationPort,
      int metadataPort,
      String zone) {}

  /// Logs.
  ///
  /// @param level `info`, …
  /// @param format `text` or `json`
  public record Logging(String level, String format) {}

  /// Reads and checks all sources.
  ///
  /// @throws ConfigException with everything that is wrong
  public static DaemonOptions read(ConfigSources sources) throws ConfigException {
    return new OptionsReader().read(sources);
  }
}
