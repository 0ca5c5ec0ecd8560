package io.ashlar.daemon.node;

import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.target.iscsi.IscsiTarget;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.HostAccess;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.ashlar.target.nvme.ListenerRole;
import io.ashlar.target.nvme.NvmeTcpTarget;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.Subsystem;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The NVMe/TCP and iSCSI targets of the node, on the shard's loop. Called by control threads, one
/// at a time.
final class TargetServers implements AutoCloseable {
  private static final String NQN = "nqn.";

  private record Served(VolumeRecord record, BlockVolume volume) {}

  private final ShardLoop loop;
  private final NvmeTcpTarget nvme;
  private final IscsiTarget iscsi;
  private final @Nullable Map<String, HostAccess> chap;
  private final Map<VolumeId, Served> served = new TreeMap<>();
  private final List<InetSocketAddress> nvmeListeners = new ArrayList<>();
  private final List<InetSocketAddress> discoveryListeners = new ArrayList<>();
  private final List<InetSocketAddress> iscsiPortals = new ArrayList<>();

  /// @param chap how iSCSI initiators prove themselves, by name; null asks for no proof
  TargetServers(ShardLoop loop, DaemonOptions options, @Nullable Map<String, HostAccess> chap) {
    this.loop = loop;
    this.chap = chap;
    nvme = new NvmeTcpTarget(loop.eventLoop(), loop.serverChannelType(), options.nvme().target());
    iscsi = new IscsiTarget(loop.eventLoop(), loop.serverChannelType(), options.iscsi().target());
  }

  /// Opens all listening sockets.
  ///
  /// @throws StartException that names the one that cannot be had
  void listen(DaemonOptions options) throws StartException {
    for (InetSocketAddress address : options.nvme().listen()) {
      nvmeListeners.add(bind("nvme.port", address, a -> nvme.listen(a, ListenerRole.IO)));
    }
    for (InetSocketAddress address : options.nvme().discovery()) {
      discoveryListeners.add(
          bind("nvme.discovery-port", address, a -> nvme.listen(a, ListenerRole.DISCOVERY)));
    }
    for (InetSocketAddress address : options.iscsi().listen()) {
      iscsiPortals.add(bind("iscsi.port", address, iscsi::listen));
    }
  }

  @FunctionalInterface
  private interface Binding {
    InetSocketAddress bind(InetSocketAddress address) throws Exception;
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // an interrupt while starting ends the start
  private static InetSocketAddress bind(String option, InetSocketAddress address, Binding binding)
      throws StartException {
    try {
      return binding.bind(address);
    } catch (Exception taken) {
      throw StartException.addressUnavailable(option, address, taken);
    }
  }

  List<InetSocketAddress> nvmeListeners() {
    return nvmeListeners;
  }

  List<InetSocketAddress> discoveryListeners() {
    return discoveryListeners;
  }

  List<InetSocketAddress> iscsiPortals() {
    return iscsiPortals;
  }

  /// Serves a volume from now on, or serves it as it has become.
  void serve(VolumeRecord record, BlockVolume volume) {
    Served before = served.put(record.id(), new Served(record, volume));
    publish();
    if (before != null && before.record.spec().sizeBytes() != record.spec().sizeBytes()) {
      nvme.namespaceChanged(record.id());
    }
  }

  /// Cuts all hosts off from a volume.
  void withdraw(VolumeId id) {
    served.remove(id);
    publish();
  }

  /// The names of the hosts that are connected to a volume.
  List<String> connected(VolumeId id) {
    return Stream.concat(nvme.hosts(id).stream(), iscsi.initiators(id).stream())
        .distinct()
        .sorted()
        .toList();
  }

  private void publish() {
    List<Subsystem> subsystems = new ArrayList<>();
    List<ExportedVolume> targets = new ArrayList<>();
    for (Served each : served.values()) {
      VolumeId id = each.record.id();
      List<String> hosts = each.record.spec().hosts();
      subsystems.add(
          new Subsystem(id, each.volume, loop.eventLoop(), nvmeAccess(hosts), AnaGroup.SOLE));
      targets.add(new ExportedVolume(id, each.volume, loop.eventLoop(), iscsiAccess(hosts)));
    }
    nvme.publish(subsystems);
    iscsi.publish(new TargetDirectory(targets));
  }

  private static io.ashlar.target.nvme.subsystem.HostAccess nvmeAccess(List<String> hosts) {
    return hosts.isEmpty()
        ? io.ashlar.target.nvme.subsystem.HostAccess.ANY
        : io.ashlar.target.nvme.subsystem.HostAccess.of(
            hosts.stream()
                .filter(host -> host.startsWith(NQN) && !host.equals(VolumeSpec.NO_HOST))
                .collect(Collectors.toSet()));
  }

  /// Where there are secrets, nobody comes in without one: not even hosts that a volume lists.
  private AccessPolicy iscsiAccess(List<String> hosts) {
    if (hosts.isEmpty()) {
      return chap == null ? AccessPolicy.OPEN : new AccessPolicy(chap, null);
    }
    Map<String, HostAccess> admitted = new HashMap<>();
    for (String host : hosts) {
      String name = host.toLowerCase(Locale.ROOT);
      HostAccess access = chap == null ? HostAccess.UNAUTHENTICATED : chap.get(name);
      if (access != null && !name.startsWith(NQN)) {
        admitted.put(name, access);
      }
    }
    return new AccessPolicy(admitted, null);
  }

  @Override
  public void close() {
    nvme.close();
    iscsi.close();
  }
}
