#include "testdata/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

namespace testdata {
namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

std::string Decode(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result.push_back(static_cast<char>(
          std::strtol(text.substr(i + 1, 2).c_str(), nullptr, 16)));
      i += 2;
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

HttpRequest ParseRequest(const std::string& text) {
  HttpRequest request;
  request.text = text;
  size_t at = text.find("\r\n");
  const std::string first = text.substr(0, at);
  const size_t space = first.find(' ');
  request.method = first.substr(0, space);
  request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
  const size_t question = request.target.find('?');
  request.path = Decode(request.target.substr(0, question));
  if (question != std::string::npos) {
    request.query = request.target.substr(question + 1);
  }
  while (at != std::string::npos) {
    at += 2;
    const size_t end = text.find("\r\n", at);
    if (end == std::string::npos || end == at) break;
    const std::string line = text.substr(at, end - at);
    const size_t colon = line.find(':');
    if (colon != std::string::npos) {
      const size_t value = line.find_first_not_of(' ', colon + 1);
      request.headers[LowerCase(line.substr(0, colon))] =
          value == std::string::npos ? "" : line.substr(value);
    }
    at = end;
  }
  return request;
}

// A key, a certificate for "localhost" that signs itself, and their TLS.
class Tls {
 public:
  Tls() {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    for (const auto& [nid, value] :
         {std::pair(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"),
          std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
      X509_EXTENSION* const extension =
          X509V3_EXT_conf_nid(nullptr, &context, nid, value);
      X509_add_ext(certificate, extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, key, EVP_sha256());
    context_ = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate(context_, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(context_, key) != 1) {
      Die("certificate");
    }
    BIO* const text = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(text, certificate);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text, &bytes);
    pem_.assign(bytes, static_cast<size_t>(size));
    BIO_free(text);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Tls() { SSL_CTX_free(context_); }
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  SSL_CTX* context() const { return context_; }
  const std::string& pem() const { return pem_; }

 private:
  SSL_CTX* context_ = nullptr;
  std::string pem_;
};

}  // namespace

std::string HttpRequest::Header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

class HttpServer::Impl {
 public:
  Impl(Handler handler, Options options)
      : handler_(std::move(handler)), options_(std::move(options)) {
    if (options_.tls) tls_ = std::make_unique<Tls>();
    end_ = eventfd(0, EFD_CLOEXEC);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(options_.port));
    inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    socklen_t size = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 128) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) !=
            0) {
      Die("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }

  ~Impl() {
    ending_ = true;
    const uint64_t one = 1;
    if (write(end_, &one, sizeof(one)) != sizeof(one)) Die("eventfd");
    acceptor_.join();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& connection : connections_) connection.join();
    close(listener_);
    close(end_);
  }

  int port() const { return port_; }
  std::string Url(const std::string& path) const {
    return (tls_ != nullptr ? "https://" : "http://") + options_.address + ":" +
           std::to_string(port_) + path;
  }
  std::string certificate() const { return tls_ == nullptr ? "" : tls_->pem(); }
  std::vector<HttpRequest> requests() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }

 private:
  // One connection, plain or encrypted.
  struct Connection {
    int fd;
    SSL* ssl = nullptr;

    bool Send(const char* data, size_t size) const {
      while (size > 0) {
        const ssize_t sent =
            ssl != nullptr
                ? SSL_write(ssl, data,
                            static_cast<int>(std::min<size_t>(size, 1 << 20)))
                : send(fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        data += sent;
        size -= static_cast<size_t>(sent);
      }
      return true;
    }
    bool Send(const std::string& text) const {
      return Send(text.data(), text.size());
    }
    ssize_t Receive(char* data, size_t size) const {
      return ssl != nullptr ? SSL_read(ssl, data, static_cast<int>(size))
                            : recv(fd, data, size, 0);
    }
  };

  void Accept() {
    while (true) {
      pollfd fds[2] = {{.fd = listener_, .events = POLLIN, .revents = 0},
                       {.fd = end_, .events = POLLIN, .revents = 0}};
      if (poll(fds, 2, -1) < 0 && errno != EINTR) Die("poll");
      if (ending_) return;
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const std::lock_guard<std::mutex> lock(mutex_);
      open_.push_back(fd);
      connections_.emplace_back([this, fd] {
        Serve(fd);
        const std::lock_guard<std::mutex> inner(mutex_);
        open_.remove(fd);
        close(fd);
      });
    }
  }

  void Serve(int fd) {
    Connection connection = {.fd = fd};
    if (tls_ != nullptr) {
      connection.ssl = SSL_new(tls_->context());
      SSL_set_fd(connection.ssl, fd);
    }
    if (connection.ssl == nullptr || SSL_accept(connection.ssl) == 1) {
      std::string text;
      char buffer[8192];
      while (text.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = connection.Receive(buffer, sizeof(buffer));
        if (got <= 0) break;
        text.append(buffer, static_cast<size_t>(got));
      }
      if (text.find("\r\n\r\n") != std::string::npos) {
        const HttpRequest request = ParseRequest(text);
        {
          const std::lock_guard<std::mutex> lock(mutex_);
          requests_.push_back(request);
        }
        Answer(connection, request, handler_(request));
      }
    }
    if (connection.ssl != nullptr) {
      SSL_shutdown(connection.ssl);
      SSL_free(connection.ssl);
    }
    // The client gets all that was sent before it gets the end.
    shutdown(fd, SHUT_WR);
  }

  void Answer(const Connection& connection, const HttpRequest& request,
              HttpReply reply) {
    if (!reply.raw.empty()) {
      connection.Send(reply.raw);
      return;
    }
    int file = -1;
    int64_t size = static_cast<int64_t>(reply.body.size());
    if (!reply.file.empty()) {
      file = open(reply.file.c_str(), O_RDONLY | O_CLOEXEC);
      struct stat status = {};
      if (file < 0 || fstat(file, &status) != 0) {
        reply.status = 404;
        size = 0;
      } else {
        size = status.st_size;
      }
    }
    int64_t first = 0;
    if (reply.serves_ranges && reply.status == 200) {
      reply.headers.emplace_back("Accept-Ranges", "bytes");
      first = ApplyRange(request, size, reply);
    }
    int64_t length = reply.status == 416 ? 0 : size - first;
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Test\r\n";
    for (const auto& [name, value] : reply.headers) {
      head += name + ": " + value + "\r\n";
    }
    if (reply.is_chunked) {
      head += "Transfer-Encoding: chunked\r\n";
    } else if (reply.has_length && reply.stream == nullptr) {
      head += "Content-Length: " +
              std::to_string(reply.claimed_length.value_or(length)) + "\r\n";
    } else if (reply.claimed_length.has_value()) {
      head +=
          "Content-Length: " + std::to_string(*reply.claimed_length) + "\r\n";
    }
    head += "Connection: close\r\n\r\n";
    if (connection.Send(head) && request.method != "HEAD") {
      if (reply.stream != nullptr) {
        reply.stream([this, &connection, &reply](const std::string& piece) {
          return !ending_ && SendPiece(connection, reply, piece);
        });
        if (reply.is_chunked) connection.Send("0\r\n\r\n");
      } else {
        const bool is_cut = reply.cut_after_bytes.has_value();
        if (is_cut) length = std::min(length, *reply.cut_after_bytes);
        if (file >= 0) {
          SendFile(connection, file, first, length);
        } else {
          SendPiece(connection, reply,
                    reply.body.substr(static_cast<size_t>(first),
                                      static_cast<size_t>(length)));
        }
        if (reply.is_chunked && !is_cut) connection.Send("0\r\n\r\n");
      }
    }
    if (file >= 0) close(file);
  }

  static bool SendPiece(const Connection& connection, const HttpReply& reply,
                        const std::string& piece) {
    if (!reply.is_chunked) return connection.Send(piece);
    if (piece.empty()) return true;
    char size[32];
    std::snprintf(size, sizeof(size), "%zx\r\n", piece.size());
    return connection.Send(size + piece + "\r\n");
  }

  static void SendFile(const Connection& connection, int file, int64_t offset,
                       int64_t left) {
    std::vector<char> buffer(connection.ssl != nullptr ? 1 << 18 : 0);
    while (left > 0) {
      ssize_t sent = 0;
      if (connection.ssl == nullptr) {
        sent = sendfile(connection.fd, file, &offset,
                        static_cast<size_t>(std::min<int64_t>(left, 1 << 24)));
      } else {
        sent =
            pread(file, buffer.data(),
                  std::min(buffer.size(), static_cast<size_t>(left)), offset);
        if (sent > 0) {
          offset += sent;
          if (!connection.Send(buffer.data(), static_cast<size_t>(sent))) {
            return;
          }
        }
      }
      if (sent <= 0) return;
      left -= sent;
    }
  }

  // Changes the reply if a range is wanted; where it begins.
  static int64_t ApplyRange(const HttpRequest& request, int64_t size,
                            HttpReply& reply) {
    long long first = 0;
    if (std::sscanf(request.Header("range").c_str(), "bytes=%lld-", &first) !=
        1) {
      return 0;
    }
    const std::string condition = request.Header("if-range");
    if (!condition.empty()) {
      const bool matches = std::any_of(
          reply.headers.begin(), reply.headers.end(), [&](const auto& header) {
            return (header.first == "ETag" ||
                    header.first == "Last-Modified") &&
                   header.second == condition;
          });
      if (!matches) return 0;
    }
    if (first >= size) {
      reply.status = 416;
      return 0;
    }
    reply.status = 206;
    reply.headers.emplace_back("Content-Range",
                               "bytes " + std::to_string(first) + "-" +
                                   std::to_string(size - 1) + "/" +
                                   std::to_string(size));
    return first;
  }

  const Handler handler_;
  const Options options_;
  std::unique_ptr<Tls> tls_;
  int listener_ = -1;
  int end_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread acceptor_;

  mutable std::mutex mutex_;  // guards all below
  std::vector<HttpRequest> requests_;
  std::list<int> open_;
  std::list<std::thread> connections_;
};

HttpServer::HttpServer(Handler handler)
    : HttpServer(std::move(handler), Options()) {}
HttpServer::HttpServer(Handler handler, Options options)
    : impl_(std::make_unique<Impl>(std::move(handler), std::move(options))) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const { return impl_->port(); }
std::string HttpServer::Url(const std::string& path) const {
  return impl_->Url(path);
}
std::string HttpServer::certificate() const { return impl_->certificate(); }
std::vector<HttpRequest> HttpServer::requests() const {
  return impl_->requests();
}
int HttpServer::CountRequests(const std::string& path) const {
  const std::vector<HttpRequest> all = requests();
  return static_cast<int>(std::count_if(
      all.begin(), all.end(),
      [&](const HttpRequest& request) { return request.path == path; }));
}

HttpServer::Handler ServeDirectory(const std::string& directory) {
  return [directory](const HttpRequest& request) {
    HttpReply reply;
    const std::string path = directory + request.path;
    struct stat status;
    if (request.path.find("..") != std::string::npos ||
        stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
      reply.status = 404;
      reply.body = "not found\n";
      return reply;
    }
    reply.file = path;
    reply.serves_ranges = true;
    reply.headers.emplace_back(
        "ETag", "\"" + std::to_string(status.st_ino) + "-" +
                    std::to_string(status.st_size) + "-" +
                    std::to_string(status.st_mtim.tv_sec) + "." +
                    std::to_string(status.st_mtim.tv_nsec) + "\"");
    return reply;
  };
}

}  // namespace testdata
