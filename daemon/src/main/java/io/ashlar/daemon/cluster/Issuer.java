package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.Json;
import io.ashlar.control.ProblemCode;
import io.ashlar.daemon.cluster.Door.Reply;
import io.ashlar.daemon.cluster.DoorMessages.Certified;
import io.ashlar.daemon.cluster.DoorMessages.Certify;
import io.ashlar.daemon.cluster.DoorMessages.Reserve;
import io.ashlar.daemon.cluster.DoorMessages.Reserved;
import io.ashlar.daemon.cluster.Membership.Contact;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.secret.KekFile;
import io.ashlar.daemon.secret.SecretFileException;
import io.ashlar.replication.identity.CertificateRequest;
import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.IdentityException;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.ProposalStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Lets nodes into the cluster: gives out tokens, and to who brings one a number, a certificate and
/// the cluster's key. Only on the node that holds the cluster's authority.
public final class Issuer {
  private final ClusterDirectory directory;
  private final DaemonOptions options;
  private final DaemonOptions.Cluster cluster;
  private final NodeCredentials credentials;
  private final MetadataStore metadata;
  private final TokenBook book;

  Issuer(
      ClusterDirectory directory,
      DaemonOptions options,
      NodeCredentials credentials,
      MetadataStore metadata) {
    this.directory = directory;
    this.options = options;
    this.cluster = Objects.requireNonNull(options.cluster(), "a node of a cluster has its options");
    this.credentials = credentials;
    this.metadata = metadata;
    book = new TokenBook(directory.tokens());
  }

  /// A token that was given out.
  ///
  /// @param text a secret
  public record Given(String text, Instant expires) {
    /// Keeps the secret out of logs.
    @Override
    public String toString() {
      return "a token until " + expires;
    }
  }

  /// Gives out a token.
  ///
  /// @throws ControlException with a sentence if this node cannot
  public Given give(Duration good) {
    var _ = authority();
    byte[] secret = new byte[JoinToken.SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    Instant now = Instant.now();
    Instant expires = Instant.ofEpochSecond(now.plus(good).getEpochSecond());
    book.add(secret, expires, now);
    InetSocketAddress door = new InetSocketAddress(cluster.address(), cluster.port());
    try {
      byte[] fingerprint = DoorTls.fingerprint(DoorTls.authorityOf(credentials));
      UUID own = credentials.name().cluster();
      return new Given(new JoinToken(own, fingerprint, secret, expires, door).text(), expires);
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate has an encoding", impossible);
    }
  }

  private ClusterAuthority authority() {
    if (!directory.identity().hasAuthority()) {
      throw new ControlException(
          ProblemCode.NOT_READY,
          "This node does not hold the cluster's authority, which lets nodes in: ask the node on"
              + " which 'ashlar cluster init' was run.");
    }
    try {
      return directory.identity().loadAuthority(credentials.name().cluster());
    } catch (IdentityException damaged) {
      throw new ControlException(ProblemCode.INTERNAL, String.valueOf(damaged.getMessage()));
    }
  }

  /// Gives a node that brings a token its number.
  synchronized Reply reserve(byte[] json, InetAddress from) {
    var _ = authority();
    Reserve request = Json.readRequest(json, Reserve.class);
    book.use(secretOf(request.secret()), request.node(), from, Instant.now());
    if (!from.getHostAddress().equals(request.host())) {
      throw new ControlException(
          ProblemCode.INVALID_REQUEST,
          "Node '%s' says that it is at %s, and comes from %s: correct its cluster.address."
              .formatted(request.name(), request.host(), from.getHostAddress()));
    }
    ClusterState state = metadata.state();
    NodeMetadata known = state.nodes().get(request.node());
    int number = known == null ? nextNumber(state) : numberOf(known);
    NodePlace place =
        new NodePlace(
            number,
            request.host(),
            request.doorPort(),
            request.replicationPort(),
            request.metadataPort(),
            request.zone());
    long incarnation = known == null ? 0 : known.incarnation();
    Proposals.Outcome outcome =
        Proposals.propose(
            metadata,
            new PutNode(new NodeMetadata(request.node(), request.name(), incarnation, place)));
    if (outcome.status() != ProposalStatus.COMMITTED) {
      throw new ControlException(
          outcome.status() == ProposalStatus.REFUSED
              ? ProblemCode.INVALID_REQUEST
              : ProblemCode.NOT_READY,
          "The cluster does not take node '%s': %s.".formatted(request.name(), outcome.sentence()));
    }
    return Reply.of(new Reserved(credentials.name().cluster(), number));
  }

  private static int numberOf(NodeMetadata node) {
    return Objects.requireNonNull(node.place(), "nodes of a cluster have a place").number();
  }

  private static int nextNumber(ClusterState state) {
    int highest = 0;
    for (NodeMetadata each : state.nodes().values()) {
      NodePlace place = each.place();
      highest = Math.max(highest, place == null ? 0 : place.number());
    }
    return highest + 1;
  }

  private static byte[] secretOf(String hex) {
    try {
      return HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException none) {
      throw new ControlException(ProblemCode.TOKEN_REFUSED, "The token is garbled.");
    }
  }

  /// Certifies a node that has its number.
  synchronized Reply certify(byte[] json, InetAddress from) {
    Certify request = Json.readRequest(json, Certify.class);
    book.use(secretOf(request.secret()), request.node(), from, Instant.now());
    NodeMetadata node = metadata.state().nodes().get(request.node());
    if (node == null) {
      throw new ControlException(ProblemCode.INVALID_REQUEST, "The node has no number yet.");
    }
    try {
      X509Certificate issued =
          authority()
              .issue(
                  CertificateRequest.parse(request.request().getBytes(StandardCharsets.US_ASCII)),
                  numberOf(node),
                  Validities.ofNode());
      List<String> trusted = new ArrayList<>();
      for (X509Certificate each : credentials.trusted()) {
        trusted.add(text(each));
      }
      return Reply.of(
          new Certified(text(issued), trusted, contacts(request.node())),
          new KekFile(options.storage().kekFile()).copy());
    } catch (IdentityException refused) {
      throw new ControlException(ProblemCode.INVALID_REQUEST, String.valueOf(refused.getMessage()));
    } catch (SecretFileException | CertificateEncodingException unreadable) {
      throw new ControlException(ProblemCode.INTERNAL, String.valueOf(unreadable.getMessage()));
    }
  }

  private static String text(X509Certificate certificate) throws CertificateEncodingException {
    return Base64.getEncoder().encodeToString(certificate.getEncoded());
  }

  /// All nodes that began to live, but for the one that asks.
  private List<Contact> contacts(UUID but) {
    List<Contact> contacts = new ArrayList<>();
    for (NodeMetadata each : metadata.state().nodes().values()) {
      NodePlace place = each.place();
      if (place != null && each.incarnation() > 0 && !each.id().equals(but)) {
        contacts.add(
            new Contact(
                each.id(), place.number(), place.host(), place.doorPort(), place.metadataPort()));
      }
    }
    return contacts;
  }

  /// The node in the metadata that a caller proved to be.
  ///
  /// @throws ControlException for a node that the cluster does not know any more
  static NodeMetadata member(ClusterState state, @Nullable NodeName caller) {
    NodeMetadata node = caller == null ? null : state.nodeNumbered(caller.node());
    if (node == null) {
      throw new ControlException(
          ProblemCode.UNAUTHORIZED, "The cluster does not know this node, or not any more.");
    }
    return node;
  }
}
