// A FIX initiator on QuickFIX for the integration tests, of any version from FIX.4.0 to FIX.5.0SP2: commands on standard input, one line for each event on standard
// output. It keeps its sequence numbers in files, so that it can be killed or outlive the link and go on.
//
//   fixclient --port 9880 --sender CLIENT1 --store DIR [--host H] [--target T] [--version FIX.4.4] [--dictionary FIX44.xml] [--reset]
//             [--transport FIXT11.xml]     beside --dictionary, from FIX.5.0 on
//
//   new CLORDID SYMBOL buy|sell QTY PRICE|market [day|gtc|ioc|fok] [ACCOUNT]
//   cancel CLORDID ORIG SYMBOL buy|sell QTY
//   replace CLORDID ORIG SYMBOL buy|sell QTY PRICE
//   status CLORDID SYMBOL buy|sell
//   burst COUNT SYMBOL PREFIX PRICE BUYER SELLER     orders PREFIX0, PREFIX1, ...: buy and sell in turn for two accounts, as fast as it can
//   stop CLORDID SYMBOL buy|sell QTY STOPPX ACCOUNT
//   logout | quit
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketInitiator.h>

#include "fixsay.h"

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string names(const FIX::Message& message, const std::vector<std::pair<const char*, int>>& fields) {
    std::string text;
    for (const auto& entry : fields) text += std::string(" ") + entry.first + "=" + field(message, entry.second);
    return text + " possdup=" + field(message.getHeader(), 43) + " seq=" + field(message.getHeader(), 34) + " text=" + field(message, 58);
}

class Client : public FIX::Application {
public:
    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override { say("logon"); }
    void onLogout(const FIX::SessionID&) override { say("logout"); }
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}

    void fromAdmin(const FIX::Message& message, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {
        const std::string type = message.getHeader().getField(35);
        if (type == "3") say("reject" + names(message, {{"refseq", 45}, {"reftag", 371}, {"reason", 373}}));
        if (type == "5") say("logouttext " + field(message, 58));
    }

    void fromApp(const FIX::Message& message, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        const std::string type = message.getHeader().getField(35);
        if (type == "8") {
            say("report" + names(message, {{"exectype", 150}, {"trans", 20}, {"status", 39}, {"clordid", 11}, {"orig", 41}, {"orderid", 37}, {"execid", 17}, {"symbol", 55}, {"side", 54},
                                           {"qty", 38}, {"price", 44}, {"lastqty", 32}, {"lastpx", 31}, {"cum", 14}, {"leaves", 151}, {"avgpx", 6}, {"reason", 103}}));
        } else if (type == "9") {
            say("cancelreject" + names(message, {{"clordid", 11}, {"orig", 41}, {"orderid", 37}, {"status", 39}, {"to", 434}, {"reason", 102}}));
        } else if (type == "j") {
            say("businessreject" + names(message, {{"refid", 379}, {"reftype", 372}, {"reason", 380}}));
        }
    }
};

// FIX.4.0 to FIX.5.0SP2, in the order of their letters.
std::string version = "FIX.4.4";

FIX::Message order(const char* type, const std::string& clOrdId, const std::string& symbol, const std::string& side) {
    FIX::Message message;
    message.getHeader().setField(35, type);
    message.setField(11, clOrdId);
    message.setField(55, symbol);
    message.setField(54, side == "buy" ? "1" : "2");
    if (type[0] != 'H' && version >= "FIX.4.2") message.setField(FIX::TransactTime(FIX::UtcTimeStamp(), 3));
    if ((type[0] == 'D' || type[0] == 'G') && version < "FIX.4.4") message.setField(21, "1");
    if (type[0] == 'F' && version == "FIX.4.0") message.setField(125, "F");
    return message;
}

void terms(FIX::Message& message, const std::string& quantity, const std::string& price) {
    message.setField(38, quantity);
    message.setField(40, price == "market" ? "1" : "2");
    if (price != "market") message.setField(44, price);
}

void carryOut(const std::string& line, const FIX::SessionID& session) {
    std::istringstream words(line);
    std::string verb, id, original, symbol, side, quantity, price, time = "day", account;
    words >> verb;
    FIX::Message message;
    if (verb == "new") {
        words >> id >> symbol >> side >> quantity >> price >> time >> account;
        message = order("D", id, symbol, side);
        terms(message, quantity, price);
        message.setField(59, time == "gtc" ? "1" : time == "ioc" ? "3" : time == "fok" ? "4" : "0");
        if (!account.empty()) message.setField(1, account);
    } else if (verb == "stop") {
        words >> id >> symbol >> side >> quantity >> price >> account;
        message = order("D", id, symbol, side);
        message.setField(38, quantity);
        message.setField(40, "3");
        message.setField(99, price);
        message.setField(1, account);
    } else if (verb == "cancel") {
        words >> id >> original >> symbol >> side >> quantity;
        message = order("F", id, symbol, side);
        message.setField(41, original);
        message.setField(38, quantity);
    } else if (verb == "replace") {
        words >> id >> original >> symbol >> side >> quantity >> price;
        message = order("G", id, symbol, side);
        message.setField(41, original);
        terms(message, quantity, price);
    } else if (verb == "status") {
        words >> id >> symbol >> side;
        message = order("H", id, symbol, side);
    } else if (verb == "burst") {
        long count = 0;
        std::string seller;
        words >> count >> symbol >> id >> price >> account >> seller;
        for (long i = 0; i < count; i++) {
            message = order("D", id + std::to_string(i), symbol, i % 2 ? "sell" : "buy");
            terms(message, "10", price);
            message.setField(1, i % 2 ? seller : account);
            if (!FIX::Session::sendToTarget(message, session)) say("notsent " + id + std::to_string(i));
        }
        say("burstdone " + id);
        return;
    } else if (verb == "logout") {
        FIX::Session::lookupSession(session)->logout();
        return;
    } else {
        say("unknown " + line);
        return;
    }
    if (!FIX::Session::sendToTarget(message, session)) say("notsent " + id);
}

}  // namespace

int main(int argc, char** argv) {
    std::string host = "127.0.0.1", port = "9880", sender = "CLIENT1", target = "PEREGRINE", store = "fixclient-store", dictionary, transport;
    bool reset = false;
    for (int i = 1; i < argc; i++) {
        const std::string option = argv[i];
        if (option == "--reset") { reset = true; continue; }
        if (i + 1 == argc) { std::cerr << "fixclient: " << option << " needs a value\n"; return 2; }
        const std::string value = argv[++i];
        if (option == "--host") host = value;
        else if (option == "--port") port = value;
        else if (option == "--sender") sender = value;
        else if (option == "--target") target = value;
        else if (option == "--store") store = value;
        else if (option == "--dictionary") dictionary = value;
        else if (option == "--transport") transport = value;
        else if (option == "--version") version = value;
        else { std::cerr << "fixclient: unknown option " << option << "\n"; return 2; }
    }
    const bool isFixt = version >= "FIX.5";
    const std::string beginString = isFixt ? "FIXT.1.1" : version;
    const std::string dictionaries = isFixt ? "AppDataDictionary=" + dictionary + "\nTransportDataDictionary=" + transport : "DataDictionary=" + dictionary;
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=initiator\nReconnectInterval=1\nStartTime=00:00:00\nEndTime=00:00:00\nHeartBtInt=10\nFileStorePath=" << store
         << "\nResetOnLogon=" << (reset ? "Y" : "N") << "\nSocketNodelay=Y\nLogonTimeout=5\n"
         << (dictionary.empty() ? "UseDataDictionary=N\n" : "UseDataDictionary=Y\n" + dictionaries + "\n") << (isFixt ? "DefaultApplVerID=" + version + "\n" : "")
         << "[SESSION]\nBeginString=" << beginString << "\nSenderCompID=" << sender << "\nTargetCompID=" << target << "\nSocketConnectHost=" << host << "\nSocketConnectPort=" << port << "\n";
    try {
        std::istringstream stream(text.str());
        FIX::SessionSettings settings(stream);
        Client client;
        FIX::FileStoreFactory stores(settings);
        FIX::SocketInitiator initiator(client, stores, settings);
        initiator.start();
        const FIX::SessionID session(beginString, sender, target);
        for (std::string line; std::getline(std::cin, line) && line != "quit";) carryOut(line, session);
        initiator.stop(true);
    } catch (const std::exception& failure) {
        std::cerr << "fixclient: " << failure.what() << "\n";
        return 1;
    }
    return 0;
}
