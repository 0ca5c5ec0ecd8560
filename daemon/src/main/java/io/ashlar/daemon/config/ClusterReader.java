package io.ashlar.daemon.config;

import io.ashlar.replication.network.AddressRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The section `cluster`, and what it asks of the rest.
final class ClusterReader {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final List<ConfigKey> WANT_AN_ADDRESS =
      List.of(
          ConfigKey.CLUSTER_RANGE,
          ConfigKey.CLUSTER_PORT,
          ConfigKey.CLUSTER_REPLICATION_PORT,
          ConfigKey.CLUSTER_METADATA_PORT,
          ConfigKey.CLUSTER_ZONE);

  private final ConfigValues values;
  private final List<String> errors;

  ClusterReader(ConfigValues values, List<String> errors) {
    this.values = values;
    this.errors = errors;
  }

  private boolean isAsked() {
    return !values.text(ConfigKey.CLUSTER_ADDRESS).isEmpty();
  }

  /// Null on a node that stays alone, or where something is wrong with it.
  DaemonOptions.@Nullable Cluster read() {
    if (!isAsked()) {
      WANT_AN_ADDRESS.stream()
          .filter(values::isSaid)
          .forEach(each ->
              errors.add(
                  "%s: %s means nothing without cluster.address: name the node's address on the storage network."
                      .formatted(values.origin(each), each.key())));
      return null;
    }
    AddressRange range = range();
    InetAddress address = address();
    if (range == null || address == null) {
      return null;
    }
    if (!range.contains(new InetSocketAddress(address, 0))) {
      errors.add(
          "%s: cluster.address %s lies outside cluster.range %s: correct one of them."
              .formatted(
                  values.origin(ConfigKey.CLUSTER_ADDRESS), address.getHostAddress(), range));
    }
    return new DaemonOptions.Cluster(
        address,
        range,
        values.number(ConfigKey.CLUSTER_PORT),
        values.number(ConfigKey.CLUSTER_REPLICATION_PORT),
        values.number(ConfigKey.CLUSTER_METADATA_PORT),
        zone());
  }

  private @Nullable AddressRange range() {
    String text = values.text(ConfigKey.CLUSTER_RANGE);
    if (text.isEmpty()) {
      errors.add(
          values.origin(ConfigKey.CLUSTER_ADDRESS)
              + ": cluster.address needs cluster.range, the addresses of the storage network, such"
              + " as 10.20.0.0/24.");
      return null;
    }
    return AddressRange.parse(text);
  }

  /// Looks up no name, and binds: the kernel knows best which addresses are the machine's.
  private @Nullable InetAddress address() {
    String text = values.text(ConfigKey.CLUSTER_ADDRESS);
    String origin = values.origin(ConfigKey.CLUSTER_ADDRESS);
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException name) {
      errors.add(
          "%s: cluster.address '%s' is no address: write the number, such as 10.20.0.1."
              .formatted(origin, text));
      return null;
    }
    if (address.isAnyLocalAddress()) {
      errors.add(origin + ": cluster.address is one address, and 'any' is none that others know.");
      return null;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(address, 0));
      return address;
    } catch (IOException notOurs) {
      errors.add(
          "%s: cluster.address %s is not an address of this machine: correct it, or bring its interface up."
              .formatted(origin, text));
      return null;
    }
  }

  private String zone() {
    String zone = values.text(ConfigKey.CLUSTER_ZONE);
    if (!zone.isEmpty() && !NAME.matcher(zone).matches()) {
      errors.add(
          "%s: cluster.zone has a-z, 0-9 and '-', and is '%s'."
              .formatted(values.origin(ConfigKey.CLUSTER_ZONE), zone));
    }
    return zone;
  }

  /// The node's name, which in a cluster is one of few letters: the machine's is made to fit, one
  /// that somebody chose is not.
  String nodeName(String name) {
    if (!isAsked() || NAME.matcher(name).matches()) {
      return name;
    }
    if (values.isSaid(ConfigKey.NODE_NAME)) {
      errors.add(
          "%s: node.name is '%s', and in a cluster it has 1 to 63 of a-z, 0-9 and '-', with a letter or digit at both ends."
              .formatted(values.origin(ConfigKey.NODE_NAME), name));
      return name;
    }
    String first = name.toLowerCase(Locale.ROOT).split("\\.", 2)[0].replaceAll("[^a-z0-9-]", "-");
    return NAME.matcher(first).matches() ? first : "node";
  }
}
