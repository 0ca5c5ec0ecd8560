package io.ashlar.daemon.cluster;

import io.ashlar.control.NodeInfo;
import io.ashlar.control.PoolInfo;
import io.ashlar.daemon.cluster.Membership.Contact;
import java.util.List;
import java.util.UUID;

/// What goes through a [Door], as JSON. Bytes travel as Base64.
public final class DoorMessages {
  private DoorMessages() {}

  /// Asks for a number.
  ///
  /// @param secret the token's, in hexadecimal
  /// @param node the identity that the node drew for itself
  record Reserve(
      String secret,
      UUID node,
      String name,
      String host,
      int doorPort,
      int replicationPort,
      int metadataPort,
      String zone) {
    /// Keeps the secret out of logs.
    @Override
    public String toString() {
      return "a request of node '" + name + "'";
    }
  }

  /// The number.
  record Reserved(UUID cluster, int number) {}

  /// Asks for a certificate.
  ///
  /// @param secret the token's, in hexadecimal
  /// @param request PKCS #10, as PEM
  record Certify(String secret, UUID node, String request) {
    /// Keeps the secret out of logs.
    @Override
    public String toString() {
      return "a request for a certificate of node " + node;
    }
  }

  /// The certificate. The cluster's key follows as bytes of its own, never as text.
  ///
  /// @param certificate DER, in Base64
  /// @param trusted the authorities, likewise
  /// @param contacts the nodes that there are
  record Certified(String certificate, List<String> trusted, List<Contact> contacts) {}

  /// A request or an answer of which nothing more is to be said.
  record Nothing() {}

  /// How a node is.
  public record NodeFigures(NodeInfo node, PoolInfo pool) {}
}
