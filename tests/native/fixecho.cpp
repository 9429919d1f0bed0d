// A FIX 4.4 acceptor on QuickFIX that answers each NewOrderSingle with one ExecutionReport: what `peregrine bench fix --peer` measures beside ours. Messages
// are held to the dictionary. It says "listening on ADDRESS:PORT" once it does, answers each line "stats" with a line of JSON, and ends with its input.
//
//   fixecho --port P --sender US --target THEM --store memory|DIR --dictionary FIX44.xml
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Message.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>

#include "fixsay.h"

#include <atomic>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

namespace {

class Echo : public FIX::Application {
public:
    long orders() const { return count; }
    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override {}
    void onLogout(const FIX::SessionID&) override {}
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
    void fromAdmin(const FIX::Message&, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {}

    void fromApp(const FIX::Message& order, const FIX::SessionID& session) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        if (order.getHeader().getField(35) != "D") throw FIX::UnsupportedMessageType();
        const std::string number = std::to_string(++count);
        FIX::Message report;
        report.getHeader().setField(8, "FIX.4.4");
        report.getHeader().setField(35, "8");
        report.setField(37, number);
        report.setField(11, order.getField(11));
        report.setField(17, number);
        report.setField(150, "0");
        report.setField(39, "0");
        report.setField(1, order.getField(1));
        report.setField(55, order.getField(55));
        report.setField(54, order.getField(54));
        report.setField(38, order.getField(38));
        report.setField(44, order.getField(44));
        report.setField(151, order.getField(38));
        report.setField(14, "0");
        report.setField(6, "0");
        report.setField(60, FIX::UtcTimeStampConvertor::convert(FIX::UtcTimeStamp(), 3));
        FIX::Session::sendToTarget(report, session);
    }

private:
    std::atomic<long> count{0};
};

}  // namespace

int main(int argc, char** argv) {
    std::string port, sender, target, store, dictionary;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i], value = argv[i + 1];
        if (option == "--port") port = value;
        else if (option == "--sender") sender = value;
        else if (option == "--target") target = value;
        else if (option == "--store") store = value;
        else if (option == "--dictionary") dictionary = value;
        else { std::cerr << "fixecho: unknown option " << option << "\n"; return 2; }
    }
    const bool inMemory = store == "memory";
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\nSocketNodelay=Y\nSocketReuseAddress=Y\nSocketAcceptPort=" << port
         << "\nUseDataDictionary=Y\nDataDictionary=" << dictionary << "\n" << (inMemory ? "" : "FileStorePath=" + store + "\n")
         << "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=" << sender << "\nTargetCompID=" << target << "\n";
    try {
        std::istringstream stream(text.str());
        FIX::SessionSettings settings(stream);
        Echo echo;
        std::unique_ptr<FIX::MessageStoreFactory> stores;
        if (inMemory) stores.reset(new FIX::MemoryStoreFactory());
        else stores.reset(new FIX::FileStoreFactory(settings));
        FIX::SocketAcceptor acceptor(echo, *stores, settings);
        acceptor.start();
        say("listening on 127.0.0.1:" + port);
        for (std::string line; std::getline(std::cin, line);) {
            if (line == "stats") say("{\"syscalls\":0,\"bytes\":0,\"gcs\":0,\"allocatedBytes\":0,\"orders\":" + std::to_string(echo.orders()) + "}");
        }
        acceptor.stop(true);
    } catch (const std::exception& failure) {
        std::cerr << "fixecho: " << failure.what() << "\n";
        return 1;
    }
    return 0;
}
