export const m = {
  theList: "The list",
  network: "Network",
  whichAddressesMosaicMayCall: "The addresses that Mosaic may call for its users: providers and sign-in servers.",
  thePublicInternetIsAlways: "The public internet is always allowed",
  addressesInsideYourNetworkAre:
    "Addresses inside your network are not: otherwise anybody here could use Mosaic to reach machines that are none of their business. Allow those that people need.",
  allowedAddressesSaved: "Allowed addresses saved",
  theyAreInForceAt: "They apply at once.",
  allowedAddresses: "Allowed addresses",
  onePerLine: "One per line.",
  ollamaHome11434192168: "ollama.home:11434\n192.168.1.20",
  saveAddresses: "Save addresses",
  ollamaOnAMachineAt: "Ollama on a machine at home: this name, and this port only",
  examples: "Examples",
  asNarrowAsPossibleIs:
    "Keep it narrow: a name with its port rather than a range. Addresses of Mosaic itself and of its machine’s own services stay refused where they could do harm.",
  oneMachineEveryPort: "one machine, on every port",
  oneMachine: "one machine with IPv6, on one port",
  aWholeRange: "a whole range",
};
