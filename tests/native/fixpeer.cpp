// The other side of a FIX session on QuickFIX, of any version, as acceptor or initiator: it sends numbered orders when it is told to, and prints each order
// that it gets. It keeps its numbers and messages in files, so that it can be killed and go on.
//
//   fixpeer --role acceptor|initiator --port P --sender US --target THEM --version FIX.4.4 --store DIR [--appl FIX.5.0SP2]
//
//   send FIRST COUNT     orders with ClOrdID FIRST, FIRST + 1, ...
//   logout | quit
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

#include "fixsay.h"

#include <iostream>
#include <memory>
#include <sstream>
#include <string>

namespace {

class Peer : public FIX::Application {
public:
    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override { say("logon"); }
    void onLogout(const FIX::SessionID&) override { say("logout"); }
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}

    void fromAdmin(const FIX::Message& message, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {
        const std::string type = message.getHeader().getField(35);
        if (type == "3" || type == "5") say("told " + type + " " + field(message, 58));
    }

    void fromApp(const FIX::Message& message, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        say("order " + field(message, 11) + " " + field(message.getHeader(), 43));
    }
};

void send(const FIX::SessionID& session, long number) {
    FIX::Message message;
    message.getHeader().setField(8, session.getBeginString().getValue());
    message.getHeader().setField(35, "D");
    message.setField(11, std::to_string(number));
    message.setField(21, "1");
    message.setField(55, "ACME");
    message.setField(54, "1");
    message.setField(38, "100");
    message.setField(40, "2");
    message.setField(44, "10.25");
    const std::string version = session.getBeginString().getValue();
    if (version != "FIX.4.0" && version != "FIX.4.1") message.setField(60, FIX::UtcTimeStampConvertor::convert(FIX::UtcTimeStamp()));
    if (!FIX::Session::sendToTarget(message, session)) say("notsent " + std::to_string(number));
}

template <typename Side>
void run(Side& side, const FIX::SessionID& session) {
    side.start();
    say("started");
    for (std::string line; std::getline(std::cin, line) && line != "quit";) {
        std::istringstream words(line);
        std::string verb;
        long first = 0, count = 0;
        words >> verb >> first >> count;
        if (verb == "send") {
            for (long number = first; number < first + count; number++) send(session, number);
        } else if (verb == "logout") {
            FIX::Session::lookupSession(session)->logout();
        } else {
            say("unknown " + line);
        }
    }
    side.stop(true);
}

}  // namespace

int main(int argc, char** argv) {
    std::string role, port, sender, target, version = "FIX.4.4", appl, store;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i], value = argv[i + 1];
        if (option == "--role") role = value;
        else if (option == "--port") port = value;
        else if (option == "--sender") sender = value;
        else if (option == "--target") target = value;
        else if (option == "--version") version = value;
        else if (option == "--appl") appl = value;
        else if (option == "--store") store = value;
        else { std::cerr << "fixpeer: unknown option " << option << "\n"; return 2; }
    }
    const bool accepts = role == "acceptor";
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=" << role << "\nReconnectInterval=1\nStartTime=00:00:00\nEndTime=00:00:00\nHeartBtInt=10\nFileStorePath=" << store
         << "\nSocketNodelay=Y\nSocketReuseAddress=Y\nUseDataDictionary=N\n" << (appl.empty() ? "" : "DefaultApplVerID=" + appl + "\n")
         << (accepts ? "SocketAcceptPort=" + port : "SocketConnectHost=127.0.0.1\nSocketConnectPort=" + port)
         << "\n[SESSION]\nBeginString=" << version << "\nSenderCompID=" << sender << "\nTargetCompID=" << target << "\n";
    try {
        std::istringstream stream(text.str());
        FIX::SessionSettings settings(stream);
        Peer peer;
        FIX::FileStoreFactory stores(settings);
        const FIX::SessionID session(version, sender, target);
        if (accepts) {
            FIX::SocketAcceptor side(peer, stores, settings);
            run(side, session);
        } else {
            FIX::SocketInitiator side(peer, stores, settings);
            run(side, session);
        }
    } catch (const std::exception& failure) {
        std::cerr << "fixpeer: " << failure.what() << "\n";
        return 1;
    }
    return 0;
}
