package io.ashlar.daemon.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A network namespace for each node, joined by a bridge in one more: nodes as far from each other
/// as on machines of their own. For root, with `ip`.
///
/// ```
/// ashlar-1234-a ── veth ──┐
/// ashlar-1234-b ── veth ──┼── bridge in ashlar-1234-sw
/// ashlar-1234-c ── veth ──┘
/// ```
final class NamespaceNetwork implements DemoNetwork {
  private static final int COMMAND_SECONDS_MAX = 10;

  private final String name;
  private final List<String> made = new ArrayList<>();

  private NamespaceNetwork(long number) {
    name = "ashlar-" + number;
  }

  /// Makes it for so many nodes.
  ///
  /// @throws DemoException with a sentence if this machine does not let it; nothing stays
  static NamespaceNetwork make(int nodes) throws DemoException {
    NamespaceNetwork network = new NamespaceNetwork(ProcessHandle.current().pid());
    try {
      network.build(nodes);
      return network;
    } catch (DemoException refused) {
      network.close();
      throw refused;
    }
  }

  private void build(int nodes) throws DemoException {
    String bridge = namespace("sw");
    ip("-n", bridge, "link", "add", "br0", "type", "bridge");
    ip("-n", bridge, "link", "set", "br0", "up");
    for (int i = 0; i < nodes; i++) {
      String node = namespace(letter(i));
      String port = "p" + i;
      ip("-n", bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", node);
      ip("-n", bridge, "link", "set", port, "master", "br0");
      ip("-n", bridge, "link", "set", port, "up");
      ip("-n", node, "addr", "add", address(i) + "/24", "dev", "eth0");
      ip("-n", node, "link", "set", "eth0", "up");
      ip("-n", node, "link", "set", "lo", "up");
    }
  }

  private String namespace(String suffix) throws DemoException {
    String full = name + "-" + suffix;
    ip("netns", "add", full);
    made.add(full);
    return full;
  }

  private static String letter(int index) {
    return String.valueOf((char) ('a' + index));
  }

  private static void ip(String... arguments) throws DemoException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new DemoException("'" + String.join(" ", command) + "' failed: " + said);
      }
    } catch (IOException absent) {
      throw new DemoException("'ip' (iproute2) is not there", absent);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted", interrupted);
    }
  }

  @Override
  public String title() {
    return "network namespaces " + name + "-…";
  }

  @Override
  public String address(int index) {
    return "10.20.0." + (index + 1);
  }

  @Override
  public String range() {
    return "10.20.0.0/24";
  }

  @Override
  public List<String> prefix(int index) {
    return List.of("ip", "netns", "exec", name + "-" + letter(index));
  }

  @Override
  public void close() {
    for (String each : made.reversed()) {
      try {
        ip("netns", "del", each);
      } catch (DemoException left) {
        // The next start of the machine removes it at the latest.
      }
    }
    made.clear();
  }
}
