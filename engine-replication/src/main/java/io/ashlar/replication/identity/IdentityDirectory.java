package io.ashlar.replication.identity;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Where a node keeps what it proves itself with, each file of mode 0600:
///
/// | file | what |
/// |---|---|
/// | `node.key`, `node.pem` | the node's private key and its certificate |
/// | `trusted.pem` | the certificates of the authorities that it believes |
/// | `authority.key`, `authority.pem` | the cluster's authority, where this node holds it |
public final class IdentityDirectory {
  private final PemFile nodeKey;
  private final PemFile nodeCertificate;
  private final PemFile trusted;
  private final PemFile authorityKey;
  private final PemFile authorityCertificate;

  /// @param directory is there
  public IdentityDirectory(Path directory) {
    nodeKey = new PemFile(directory.resolve("node.key"));
    nodeCertificate = new PemFile(directory.resolve("node.pem"));
    trusted = new PemFile(directory.resolve("trusted.pem"));
    authorityKey = new PemFile(directory.resolve("authority.key"));
    authorityCertificate = new PemFile(directory.resolve("authority.pem"));
  }

  public boolean hasAuthority() {
    return authorityKey.exists();
  }

  public boolean hasCredentials() {
    return nodeKey.exists();
  }

  public void save(ClusterAuthority authority) throws IdentityException {
    saveKey(authorityKey, authority.key());
    authorityCertificate.write(Pem.encode(List.of(authority.certificate())));
  }

  /// @param cluster the one that it is the authority of
  public ClusterAuthority loadAuthority(UUID cluster) throws IdentityException {
    PrivateKey key = loadKey(authorityKey);
    X509Certificate certificate = load(authorityCertificate).getFirst();
    if (!KeyMatch.isOf(key, certificate)) {
      throw new IdentityException(
          authorityKey + " is not the key of " + authorityCertificate + ": bring back both.");
    }
    if (!certificate.getSubjectX500Principal().getName().contains("O=" + cluster)) {
      throw new IdentityException(
          authorityCertificate
              + " is of another cluster than "
              + cluster
              + ": bring back its own.");
    }
    return new ClusterAuthority(cluster, key, certificate);
  }

  /// Saves credentials, over others if there are any. The three files are not replaced at one
  /// moment: where the node was stopped in between, [#loadCredentials] complains and they are
  /// issued again.
  public void save(NodeCredentials credentials) throws IdentityException {
    trusted.write(Pem.encode(credentials.trusted()));
    saveKey(nodeKey, credentials.key());
    nodeCertificate.write(Pem.encode(List.of(credentials.certificate())));
  }

  /// @throws IdentityException if a file is missing, damaged or open to others, or key and
  ///   certificate are not each other's
  public NodeCredentials loadCredentials() throws IdentityException {
    PrivateKey key = loadKey(nodeKey);
    X509Certificate certificate = load(nodeCertificate).getFirst();
    NodeName name = CertificateCheck.nameIn(certificate);
    if (name == null) {
      throw new IdentityException(nodeCertificate + " names no node of an Ashlar cluster.");
    }
    if (!KeyMatch.isOf(key, certificate)) {
      throw new IdentityException(
          nodeKey + " is not the key of " + nodeCertificate + ": issue a new certificate.");
    }
    return new NodeCredentials(name, key, certificate, load(trusted));
  }

  private static void saveKey(PemFile file, PrivateKey key) throws IdentityException {
    byte[] der = key.getEncoded();
    byte[] pem = Pem.encode(Pem.PRIVATE_KEY, der);
    try {
      file.write(pem);
    } finally {
      Arrays.fill(der, (byte) 0);
      Arrays.fill(pem, (byte) 0);
    }
  }

  private static PrivateKey loadKey(PemFile file) throws IdentityException {
    byte[] text = file.read();
    try {
      return Pem.privateKey(text);
    } catch (IdentityException wrong) {
      throw new IdentityException(file + " cannot be used: " + wrong.getMessage() + ".");
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }

  private static List<X509Certificate> load(PemFile file) throws IdentityException {
    byte[] text = file.read();
    try {
      return Pem.certificates(text);
    } catch (IdentityException wrong) {
      throw new IdentityException(file + " cannot be used: " + wrong.getMessage() + ".", wrong);
    }
  }
}
