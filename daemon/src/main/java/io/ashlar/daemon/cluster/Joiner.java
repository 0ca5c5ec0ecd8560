package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.daemon.cluster.DoorMessages.Certified;
import io.ashlar.daemon.cluster.DoorMessages.Certify;
import io.ashlar.daemon.cluster.DoorMessages.Reserve;
import io.ashlar.daemon.cluster.DoorMessages.Reserved;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.secret.SecretFile;
import io.ashlar.replication.identity.CertificateRequest;
import io.ashlar.replication.identity.IdentityDirectory;
import io.ashlar.replication.identity.IdentityException;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.NodeName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/// Gets a node that is alone what it needs to be one of a cluster: a number, a certificate and the
/// cluster's key. Who answers is known by the authority that the token names, before anything is
/// told to him. What it leaves on the disk is a node that has not been let vote yet; the next start
/// sees to that.
public final class Joiner {
  private static final int WAIT_MS = 15_000;

  private final ClusterDirectory directory;
  private final DaemonOptions.Cluster options;
  private final UUID node;
  private final String name;

  /// @param node the identity that the node drew for itself, the same at every attempt
  /// @param name the node's
  public Joiner(ClusterDirectory directory, DaemonOptions.Cluster options, UUID node, String name) {
    this.directory = directory;
    this.options = options;
    this.node = node;
    this.name = name;
  }

  /// Joins.
  ///
  /// @param former the cluster of one that the node was so far
  /// @throws ControlException with a sentence if the token is none, or the cluster refuses
  /// @throws ClusterException with a sentence if it cannot be kept; then nothing is changed, and
  ///   the same token is good for another attempt
  public Membership join(String tokenText, UUID former) throws ClusterException {
    JoinToken token = JoinToken.parse(tokenText);
    if (token.expires().isBefore(Instant.now())) {
      throw new ControlException(
          ProblemCode.TOKEN_REFUSED,
          "The token expired at %s: make a new one with 'ashlar cluster token create'."
              .formatted(token.expires()));
    }
    if (!options.range().contains(token.door())) {
      throw new ControlException(
          ProblemCode.TOKEN_REFUSED,
          "The token names a node at %s, outside this node's cluster.range %s: correct the range, or take a token of a node inside it."
              .formatted(token.door().getAddress().getHostAddress(), options.range()));
    }
    DoorClient door = new DoorClient(DoorTls.joining(token), options.address());
    String secret = HexFormat.of().formatHex(token.secret());
    Reserved reserved =
        door.ask(token.door(), DoorKind.RESERVE, request(secret), WAIT_MS).as(Reserved.class);
    if (!reserved.cluster().equals(token.cluster())) {
      throw new ControlException(
          ProblemCode.TOKEN_REFUSED, "The node that answers is of another cluster than the token.");
    }
    return certify(token, reserved, door, secret, former);
  }

  private Reserve request(String secret) {
    return new Reserve(
        secret,
        node,
        name,
        options.address().getHostAddress(),
        options.port(),
        options.replicationPort(),
        options.metadataPort(),
        options.zone());
  }

  private Membership certify(
      JoinToken token, Reserved reserved, DoorClient door, String secret, UUID former)
      throws ClusterException {
    KeyPair keys = NodeKeys.generate();
    NodeName granted = new NodeName(reserved.cluster(), reserved.number());
    String request =
        new String(CertificateRequest.create(granted, keys).pem(), StandardCharsets.US_ASCII);
    DoorClient.Answer answer =
        door.ask(token.door(), DoorKind.CERTIFY, new Certify(secret, node, request), WAIT_MS);
    try {
      Certified certified = answer.as(Certified.class);
      Path prepared = directory.prepare();
      List<X509Certificate> trusted = new ArrayList<>();
      for (String each : certified.trusted()) {
        trusted.add(certificate(each));
      }
      new IdentityDirectory(prepared)
          .save(
              new NodeCredentials(
                  granted, keys.getPrivate(), certificate(certified.certificate()), trusted));
      new SecretFile(prepared.resolve("kek")).create(ByteBuffer.wrap(answer.secret()));
      Membership joined =
          new Membership(
              Stage.JOINING,
              reserved.cluster(),
              node,
              reserved.number(),
              former,
              certified.contacts());
      directory.commit(joined);
      return joined;
    } catch (IdentityException | CertificateException | IOException failure) {
      throw new ClusterException(
          "What the cluster gave this node cannot be kept (%s): see to it, and join again with the same token."
              .formatted(failure.getMessage()),
          failure);
    } finally {
      Arrays.fill(answer.secret(), (byte) 0);
    }
  }

  private static X509Certificate certificate(String base64) throws CertificateException {
    byte[] der = Base64.getDecoder().decode(base64);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }
}
