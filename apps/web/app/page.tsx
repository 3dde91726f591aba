import { Gate } from "@/features/shell/gate";

export default function HomePage() {
  return <Gate page="home" />;
}
