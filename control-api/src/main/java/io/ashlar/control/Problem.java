package io.ashlar.control;

import java.net.HttpURLConnection;

/// An error of the management API in the form of RFC 9457 (`application/problem+json`).
///
/// @param type a URI reference that names the kind of problem: `urn:ashlar:problem:` and the code
/// @param title the kind in a few words
/// @param status the HTTP status
/// @param detail what happened, to which thing, and what to do
/// @param code see [ProblemCode]; an extension member
public record Problem(String type, String title, int status, String detail, String code) {
  public static final String MEDIA_TYPE = "application/problem+json";
  private static final String TYPE_PREFIX = "urn:ashlar:problem:";

  /// A problem of a known kind.
  public static Problem of(ProblemCode code, String detail) {
    return new Problem(
        TYPE_PREFIX + code.code(),
        code.code().replace('-', ' '),
        code.httpStatus(),
        detail,
        code.code());
  }

  /// What is made of an answer that is no problem document: a proxy's, or another program's on our
  /// port.
  static Problem ofForeignAnswer(int status) {
    if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
      return of(ProblemCode.UNAUTHORIZED, "The management API refused the token.");
    }
    return of(
        ProblemCode.INTERNAL,
        "The management address answered HTTP "
            + status
            + " in a form that is not Ashlar's: check that --api names an Ashlar node.");
  }
}
