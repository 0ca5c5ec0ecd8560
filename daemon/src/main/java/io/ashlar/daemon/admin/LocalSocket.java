package io.ashlar.daemon.admin;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;

/// The management API's socket in the file system. Whoever can connect to it owns the daemon's
/// files or is root, so that no token is asked for there.
///
/// The socket is made in a directory of mode 0700, and comes to its place when its own mode is
/// 0600: at no time can anybody else connect.
final class LocalSocket implements AutoCloseable {
  /// Set on every request that came by the socket, to the user that made it; nobody can set it from
  /// outside.
  static final String ATTRIBUTE = LocalSocket.class.getName();

  private static final String OWNER = "the owner";

  private final Path path;
  private final Path cradle;

  LocalSocket(Path path) {
    this.path = path.toAbsolutePath();
    this.cradle = this.path.resolveSibling("sock.new");
  }

  /// Whether the system can name a socket there: paths of sockets are short.
  static boolean fits(Path path) {
    Path longest = new LocalSocket(path).staged();
    return longest.toString().getBytes(StandardCharsets.UTF_8).length
        <= UnixDomainServerConnector.MAX_UNIX_DOMAIN_PATH_LENGTH;
  }

  private Path staged() {
    return cradle.resolve("s");
  }

  /// What listens. The data directory's lock is held, so that a socket that is there is left over.
  Connector connector(Server server, HttpConfiguration common) {
    HttpConfiguration own = new HttpConfiguration(common);
    own.addCustomizer((request, answer) -> {
      request.setAttribute(ATTRIBUTE, peer(request));
      return request;
    });
    UnixDomainServerConnector connector =
        new UnixDomainServerConnector(server, 1, 1, new HttpConnectionFactory(own));
    connector.setUnixDomainPath(staged());
    return connector;
  }

  /// The user at the other end, as the kernel knows it.
  private static String peer(Request request) {
    Object channel = request.getConnectionMetaData().getConnection().getEndPoint().getTransport();
    try {
      return channel instanceof SocketChannel local
          ? "user " + local.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName()
          : OWNER;
    } catch (IOException | UnsupportedOperationException unknown) {
      return OWNER;
    }
  }

  /// Makes room, before the server starts.
  void prepare() throws IOException {
    removeAll();
    Files.createDirectory(
        cradle, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private void removeAll() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(staged());
    Files.deleteIfExists(cradle);
  }

  /// Lets the owner in, once the server listens.
  void publish() throws IOException {
    Files.setPosixFilePermissions(staged(), PosixFilePermissions.fromString("rw-------"));
    Files.move(staged(), path, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(cradle);
  }

  @Override
  public void close() {
    try {
      removeAll();
    } catch (IOException leftOver) {
      // the next start removes it
    }
  }
}
