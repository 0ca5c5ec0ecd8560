package io.ashlar.replication.identity;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Whether a certificate proves that its holder is a node of this cluster. Chains are one link
/// long: the cluster's authority issues to nodes and to nobody else.
public final class CertificateCheck {
  private static final int URI = 6;
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int NO_AUTHORITY = -1;
  private static final List<String> PURPOSES =
      List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"); // serverAuth, clientAuth

  private final UUID cluster;
  private final List<X509Certificate> trusted;

  /// @param trusted the cluster's authorities
  public CertificateCheck(UUID cluster, List<X509Certificate> trusted) {
    this.cluster = cluster;
    this.trusted = List.copyOf(trusted);
  }

  /// The node that holds the key of `certificate`.
  ///
  /// @throws RefusedCertificateException if it does not prove it
  public NodeName check(X509Certificate certificate, Instant now)
      throws RefusedCertificateException {
    NodeName name = nameIn(certificate);
    if (name == null) {
      throw new RefusedCertificateException("its certificate names no node of an Ashlar cluster");
    }
    if (!name.cluster().equals(cluster)) {
      throw new RefusedCertificateException(
          "its certificate is of cluster " + name.cluster() + ", and this is " + cluster);
    }
    X509Certificate authority = issuerOf(certificate);
    if (authority == null) {
      throw new RefusedCertificateException(
          "its certificate as node " + name.node() + " is not of this cluster's authority");
    }
    checkTime(authority, "the authority of its certificate", now);
    checkTime(certificate, "its certificate as node " + name.node(), now);
    checkUse(certificate);
    return name;
  }

  private @Nullable X509Certificate issuerOf(X509Certificate certificate) {
    for (X509Certificate each : trusted) {
      if (isIssuedBy(certificate, each)) {
        return each;
      }
    }
    return null;
  }

  private static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
    if (!authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
      return false;
    }
    try {
      certificate.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException notIts) {
      return false;
    }
  }

  private static void checkTime(X509Certificate certificate, String what, Instant now)
      throws RefusedCertificateException {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      throw new RefusedCertificateException(what + " expired at " + until + ": issue a new one");
    }
    if (now.isBefore(from)) {
      throw new RefusedCertificateException(
          what
              + " is not good before "
              + from
              + ", and it is "
              + now
              + " here: correct the clock of one of the two");
    }
  }

  private static void checkUse(X509Certificate certificate) throws RefusedCertificateException {
    boolean[] usage = certificate.getKeyUsage();
    boolean isForTls =
        certificate.getBasicConstraints() == NO_AUTHORITY
            && usage != null
            && usage[DIGITAL_SIGNATURE]
            && !certificate.hasUnsupportedCriticalExtension();
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      isForTls = isForTls && purposes != null && purposes.containsAll(PURPOSES);
    } catch (CertificateParsingException damaged) {
      isForTls = false;
    }
    if (!isForTls) {
      throw new RefusedCertificateException("its certificate is not one for a node's connections");
    }
  }

  /// The one node that a certificate names; null if it names none, or several.
  public static @Nullable NodeName nameIn(X509Certificate certificate) {
    NodeName found = null;
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      for (List<?> each : names == null ? List.<List<?>>of() : names) {
        boolean isUri = each.get(0) instanceof Integer type && type == URI;
        NodeName name = isUri ? NodeName.parse(String.valueOf(each.get(1))) : null;
        if (name == null || found != null) {
          return null;
        }
        found = name;
      }
    } catch (CertificateParsingException damaged) {
      return null;
    }
    return found;
  }
}
