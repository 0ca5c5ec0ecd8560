package io.ashlar.daemon.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/// Turns what people write (an address, a host name or an interface) into socket addresses.
final class Listeners {
  private final List<String> errors;

  Listeners(List<String> errors) {
    this.errors = errors;
  }

  /// The socket addresses of all named listeners; names that are neither address nor interface are
  /// added to the errors.
  List<InetSocketAddress> resolve(ConfigValues values, ConfigKey names, ConfigKey port) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String name : values.list(names)) {
      for (InetAddress address : addressesOf(name, values.origin(names))) {
        addresses.add(new InetSocketAddress(address, values.number(port)));
      }
    }
    return addresses;
  }

  /// What discovery is to tell, as `address:port`; empty for nothing in particular.
  static List<String> advertised(ConfigValues values, ConfigKey key) {
    return values.text(key).isEmpty() ? List.of() : values.list(key);
  }

  /// The same as socket addresses; ports that there cannot be are added to the errors.
  List<InetSocketAddress> endpoints(ConfigValues values, ConfigKey key) {
    List<InetSocketAddress> endpoints = new ArrayList<>();
    for (String each : advertised(values, key)) {
      int colon = each.lastIndexOf(':');
      int port = Integer.parseInt(each.substring(colon + 1));
      try {
        endpoints.add(new InetSocketAddress(InetAddress.ofLiteral(each.substring(0, colon)), port));
      } catch (IllegalArgumentException impossible) {
        errors.add("%s: '%s' is no address with a port.".formatted(values.origin(key), each));
      }
    }
    return endpoints;
  }

  private List<InetAddress> addressesOf(String name, String origin) {
    try {
      NetworkInterface network = NetworkInterface.getByName(name);
      if (network != null) {
        return addressesOf(network, origin);
      }
      return List.of(InetAddress.getByName(name));
    } catch (UnknownHostException | SocketException unknown) {
      errors.add(
          "%s: '%s' is neither an address nor an interface of this machine (it has %s)."
              .formatted(origin, name, interfaces()));
      return List.of();
    }
  }

  private List<InetAddress> addressesOf(NetworkInterface network, String origin) {
    List<InetAddress> addresses =
        network.inetAddresses().filter(each -> !each.isLinkLocalAddress()).toList();
    if (addresses.isEmpty()) {
      errors.add(origin + ": interface '" + network.getName() + "' has no address yet.");
    }
    return addresses;
  }

  private static String interfaces() {
    try {
      return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
          .map(NetworkInterface::getName)
          .collect(Collectors.joining(", "));
    } catch (SocketException unlisted) {
      return "none that can be listed";
    }
  }
}
