package io.ashlar.daemon.node;

import java.net.InetSocketAddress;

/// The node cannot start. The message is a sentence for the operator, the code is for scripts.
public final class StartException extends Exception {
  private final String code;

  StartException(String code, String sentence) {
    super(sentence);
    this.code = code;
  }

  StartException(String code, String sentence, Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  /// An address cannot be listened on.
  ///
  /// @param option the option that names another port
  static StartException addressUnavailable(
      String option, InetSocketAddress address, Throwable cause) {
    String message = cause.getMessage();
    return new StartException(
        "address-unavailable",
        "Cannot listen on %s:%d (%s): free it, or choose another port with --set %s=…"
            .formatted(
                address.getAddress().getHostAddress(),
                address.getPort(),
                message == null ? cause.getClass().getSimpleName() : message,
                option),
        cause);
  }

  public String code() {
    return code;
  }
}
