package io.ashlar.replication.identity;

import java.security.cert.CertificateException;

/// Another node's certificate does not prove what it should. The message is the rest of a sentence
/// about that node.
public final class RefusedCertificateException extends CertificateException {
  RefusedCertificateException(String reason) {
    super(reason);
  }
}
