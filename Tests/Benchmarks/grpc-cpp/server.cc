// The C++ peer: hello.Mappings on gRPC's callback API.
// Usage: server PORT
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "hello.grpc.pb.h"

namespace {

constexpr size_t kLargeBytes = 1 << 20;

const grpc::Status kUnauthenticated(grpc::StatusCode::UNAUTHENTICATED, "send authorization");

// What the interceptor of the Swift servers does: one look into the metadata.
bool Authorized(const grpc::CallbackServerContext* context) {
  const auto& metadata = context->client_metadata();
  return metadata.find("authorization") != metadata.end();
}

// Sends every message back; one read or one write is under way at any time.
class Echo final : public grpc::ServerBidiReactor<hello::ChatMessage, hello::ChatMessage> {
 public:
  explicit Echo(bool authorized) {
    if (authorized) {
      StartRead(&message_);
    } else {
      Finish(kUnauthenticated);
    }
  }
  void OnReadDone(bool ok) override {
    if (ok) {
      StartWrite(&message_);
    } else {
      Finish(grpc::Status::OK);
    }
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&message_);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }
  void OnDone() override { delete this; }

 private:
  hello::ChatMessage message_;
};

class Mappings final : public hello::Mappings::CallbackService {
 public:
  Mappings() : large_(kLargeBytes, 'g') {
    for (int index = 0; index < 8; index++) {
      mapping_["expr_" + std::to_string(index)] = "fact-0123456789abcdef-" + std::to_string(index);
    }
  }

  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const hello::GetRequest* request,
                                hello::GetResponse* response) override {
    auto* reactor = context->DefaultReactor();
    if (!Authorized(context)) {
      reactor->Finish(kUnauthenticated);
      return reactor;
    }
    response->set_process_id(request->process_id());
    response->set_version_number(request->version_number());
    auto* mapping = response->mutable_stable_mapping();
    for (const auto& [key, value] : mapping_) (*mapping)[key] = value;
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* GetLarge(grpc::CallbackServerContext* context, const hello::GetRequest*,
                                     hello::LargeResponse* response) override {
    auto* reactor = context->DefaultReactor();
    if (!Authorized(context)) {
      reactor->Finish(kUnauthenticated);
      return reactor;
    }
    response->set_content(large_);
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerBidiReactor<hello::ChatMessage, hello::ChatMessage>* Chat(
      grpc::CallbackServerContext* context) override {
    return new Echo(Authorized(context));
  }

 private:
  std::map<std::string, std::string> mapping_;
  std::string large_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "Usage: server PORT\n";
    return EXIT_FAILURE;
  }
  Mappings service;
  grpc::ServerBuilder builder;
  int bound = 0;
  builder.AddListeningPort(std::string("127.0.0.1:") + argv[1], grpc::InsecureServerCredentials(), &bound);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (!server || bound == 0) {
    std::cerr << "cannot listen on port " << argv[1] << "\n";
    return EXIT_FAILURE;
  }
  server->Wait();
}
